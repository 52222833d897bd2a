import { z } from 'zod'

export const params = z.object({
  images: z
    .int()
    .min(1)
    .max(1000)
    .default(50)
    .meta({ title: 'Images', description: 'Drawn by seed from the dataset; contributions are averaged' }),
  depth: z.number().min(0).max(1).default(1).meta({
    title: 'Depth',
    description:
      'Whose receptive field: 1 is the last feature map, 0 the first, between them by share of the depth',
  }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Which images' }),
})

export type ReceptiveFieldParams = z.output<typeof params>
