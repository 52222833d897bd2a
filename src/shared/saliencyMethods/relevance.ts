import { attentionDefinition } from './definition.ts'

export const relevance = attentionDefinition({
  id: 'relevance',
  title: 'Relevance',
  hint: 'Attention by its gradient through the layers of a ViT, Chefer et al. 2021',
  flag: 'relevance',
  params: {},
  define: (_, y) => ({
    name: 'relevance',
    formula: `R_l = R_(l-1) + Ā_l R_(l-1), R_0 = I, Ā = mean over heads of max(0, ∂y/∂A ⊙ A); the row of the class token, else the mean of all rows, enlarged by linear interpolation; y = ${y}`,
    source: 'Chefer, Gur and Wolf 2021 (ICCV), rules 5 and 6',
  }),
})
