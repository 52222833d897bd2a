import { z } from 'zod'

export const params = z.object({
  images: z
    .int()
    .min(2)
    .max(4096)
    .default(64)
    .meta({ title: 'Images', description: 'Drawn by seed from the dataset' }),
  order: z
    .enum(['per-image', 'batch-mean'])
    .default('per-image')
    .meta({
      title: 'Averaging',
      description:
        'Variance of each image, then the mean (sound), or variance of the mean over the batch, as in the published script',
      words: { 'per-image': 'Image by image', 'batch-mean': 'Mean of the batch' },
    }),
  normalise: z
    .boolean()
    .default(true)
    .meta({ title: 'Normalise', description: 'Divide every curve by its own maximum' }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Which images' }),
})

export type VarianceParams = z.output<typeof params>
