import { z } from 'zod'
import { imagenetC19 } from '#shared/transforms/index.ts'

export const params = z.object({
  corruptions: z
    .array(z.enum(imagenetC19))
    .min(1)
    .default(['gaussian_noise', 'defocus_blur', 'fog', 'jpeg_compression'])
    .meta({
      title: 'Corruptions',
      description: 'What models are robust against: made from the images, one of each family by default',
    }),
  severity: z.int().min(1).max(5).default(3).meta({ title: 'Severity', description: 'Of the corruptions' }),
  fieldImages: z
    .int()
    .min(2)
    .max(1000)
    .default(16)
    .meta({ title: 'Images of the field', description: 'Over which receptive fields are averaged' }),
  share: z.number().min(0.01).max(0.99).default(0.5).meta({
    title: 'Share of the field',
    description: 'The area of a receptive field that holds this share of the contributions counts',
  }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({ title: 'Seed', description: 'Of the corruptions, and of the images of the field' }),
})

export type KernelRobustnessParams = z.output<typeof params>
