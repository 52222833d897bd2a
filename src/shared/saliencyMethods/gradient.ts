import { imageItself } from '../maths/gradientPoints.ts'
import { saliencyDefinition } from './definition.ts'

export const gradient = saliencyDefinition({
  id: 'gradient',
  title: 'Gradient',
  hint: 'Simonyan et al. 2014',
  flag: 'gradient',
  params: {},
  points: (_, { image }) => imageItself(image),
  define: (_, y) => ({
    name: 'gradient',
    formula: `∂y/∂x, y = ${y}, x in [0,1]`,
    source: 'Simonyan et al. 2014',
  }),
})
