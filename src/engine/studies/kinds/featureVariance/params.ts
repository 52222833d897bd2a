import { z } from 'zod'

export const params = z.object({
  images: z
    .int()
    .min(2)
    .max(4096)
    .default(64)
    .meta({ title: 'Images', description: 'Images of the dataset over which the variance is taken' }),
  order: z
    .enum(['per-image', 'batch-mean'])
    .default('per-image')
    .meta({
      title: 'Averaging',
      description:
        'Variance of each image, then the mean (sound), or variance of the mean over the batch, as in the published script',
      words: { 'per-image': 'Image by image', 'batch-mean': 'Mean of the batch' },
    }),
  batch: z
    .int()
    .min(2)
    .max(4096)
    .nullable()
    .default(null)
    .meta({
      title: 'Batch',
      description:
        'Images that are averaged together, each batch for itself and then the mean over batches; all of them when left out',
      effect: [{ order: ['batch-mean'] }],
    }),
  choice: z
    .enum(['drawn', 'first'])
    .default('drawn')
    .meta({
      title: 'Which images',
      description: 'Drawn by seed, or the first of the dataset, as in the published script',
      words: { drawn: 'Drawn by seed', first: 'The first' },
    }),
  normalise: z
    .boolean()
    .default(true)
    .meta({ title: 'Normalise', description: 'Divide every curve by its own maximum' }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({ title: 'Seed', description: 'Which images', effect: [{ choice: ['drawn'] }] }),
})

export type VarianceParams = z.output<typeof params>
