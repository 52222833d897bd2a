import { z } from 'zod'

export const params = z.object({
  images: z
    .int()
    .min(4)
    .max(8192)
    .default(256)
    .meta({ title: 'Images', description: 'Drawn by seed from the dataset' }),
  batch: z.int().min(4).max(512).default(32).meta({
    title: 'Batch',
    description: 'Images that are compared with each other; a rest that fills no batch is left out',
  }),
  itself: z.boolean().default(true).meta({
    title: 'With itself',
    description: 'Also the layers of each model with each other',
  }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Which images, in which batches' }),
})

export type RepresentationParams = z.output<typeof params>
