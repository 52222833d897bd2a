import { z } from 'zod'
import { straightPath } from '../maths/gradientPoints.ts'
import { saliencyDefinition } from './definition.ts'

export const integratedGradients = saliencyDefinition({
  id: 'integratedGradients',
  title: 'Integrated gradients',
  hint: 'Along the path from a baseline, Sundararajan et al. 2017',
  flag: 'integrated',
  params: {
    /** Gradients are taken at steps + 1 points. */
    steps: z.int().min(1).max(1000).default(50).meta({
      title: 'Steps',
      description: 'Intervals of the path',
      flag: 'intervals of integrated gradients',
    }),
    /** Where the path begins: at black, or at the mean colour of the preprocessing (zero after normalisation). */
    baseline: z
      .enum(['black', 'mean'])
      .default('black')
      .meta({
        title: 'Baseline',
        flag: 'where they begin',
        choices: {
          black: { label: 'From black' },
          mean: { label: 'From mean', hint: 'The mean colour of the preprocessing' },
        },
      }),
  },
  timesWay: true,
  points: ({ steps, baseline: from }, { image, baseline }) =>
    straightPath(image, {
      count: steps + 1,
      rule: 'trapezoid',
      baseline: from === 'mean' ? image.map((_, at) => baseline[at % 3] ?? 0) : null,
    }),
  define: ({ steps, baseline }, y) => ({
    name: 'integrated gradients',
    formula: `(x − x₀) ∫ ∂y/∂x along the straight path from x₀ = ${baseline === 'black' ? 'black' : 'the mean colour'}, trapezoidal rule with ${steps} intervals; y = ${y}`,
    source: 'Sundararajan et al. 2017',
  }),
})
