import { z } from 'zod'

export const params = z.object({
  images: z
    .int()
    .min(1)
    .max(10000)
    .default(64)
    .meta({ title: 'Images', description: 'Drawn by seed from the dataset' }),
  unit: z
    .enum(['pixels', 'patches'])
    .default('pixels')
    .meta({
      title: 'Unit',
      description:
        'Pixels of the input, as Raghu et al. show them, or patches: pixels over the side of a patch',
      words: { pixels: 'Pixels', patches: 'Patches' },
    }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Which images' }),
})

export type DistanceParams = z.output<typeof params>
