import { z } from 'zod'

export const params = z.object({
  images: z
    .int()
    .min(1)
    .max(10000)
    .default(64)
    .meta({ title: 'Images', description: 'Drawn by seed from the dataset' }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Which images' }),
})

export type DistanceParams = z.output<typeof params>
