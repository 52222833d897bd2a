import { z } from 'zod'
import { noisyCopies } from '../maths/gradientPoints.ts'
import { generator } from '../random.ts'
import { saliencyDefinition } from './definition.ts'

export const smoothGrad = saliencyDefinition({
  id: 'smoothGrad',
  title: 'SmoothGrad',
  hint: 'Mean gradient over noisy copies, Smilkov et al. 2017',
  flag: 'smoothgrad',
  params: {
    copies: z.int().min(1).max(1000).default(25).meta({
      title: 'Copies',
      description: 'Noisy copies of the image',
      flag: 'noisy copies of smoothgrad',
    }),
    /** Share of the image's range; Smilkov et al. use 0.1 to 0.2. */
    noise: z.number().min(0).max(1).default(0.15).meta({
      title: 'Noise',
      description: "Standard deviation over the range of the image's values",
      flag: 'its noise, of the range of the image',
      step: 0.05,
    }),
    seed: z.int().min(0).default(0).meta({ title: 'Seed', flag: 'of noise and masks' }),
  },
  points: ({ copies, noise, seed }, { image, key }) =>
    noisyCopies(image, copies, noise * range(image), (copy) =>
      generator('smoothGrad', seed, key, copy).normals(image.length),
    ),
  define: ({ copies, noise, seed }, y) => ({
    name: 'SmoothGrad',
    formula: `mean of ∂y/∂x over ${copies} copies with normal noise of σ = ${noise} (max x − min x), seed ${seed}; y = ${y}`,
    source: 'Smilkov et al. 2017',
  }),
})

/** Largest minus smallest value. */
function range(image: Float32Array): number {
  let low = Infinity
  let high = -Infinity
  for (const value of image) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return high - low
}
