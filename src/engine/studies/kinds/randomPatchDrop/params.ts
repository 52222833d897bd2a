import { z } from 'zod'

export const params = z.object({
  patch: z.int().min(1).max(512).default(16).meta({
    title: 'Patch size',
    description: 'Side of a patch in pixels of the model input; presets scale it from an input of 224 px',
    unit: 'px',
    scaledFrom: 224,
  }),
  percents: z
    .array(z.int().min(0).max(100))
    .min(1)
    .max(101)
    .default([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
    .meta({ title: 'Dropped patches', description: 'Shares of patches that are painted over', unit: '%' }),
  repeats: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .meta({ title: 'Repeats', description: 'Independent draws at every share' }),
  fill: z
    .enum(['black', 'mean'])
    .default('black')
    .meta({
      title: 'Fill',
      description: 'Black in [0,1] space, as published, or the mean colour of ImageNet',
      words: { black: 'Black', mean: 'Mean colour' },
    }),
  mask: z
    .enum(['image', 'batch'])
    .default('image')
    .meta({
      title: 'Masks',
      description:
        'One mask per image (sound), or one shared by 256 images in dataset order (as in the published script)',
      words: { image: 'One per image', batch: 'One per 256 images' },
    }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({
      title: 'Seed',
      description: 'Same seed, same masks, on every machine',
      effect: [{ draws: [] }],
    }),
  draws: z.string().nullable().default(null).meta({
    title: 'Replay draws',
    description: 'Digest of an imported draws file; its masks are used instead of the seed',
  }),
})

export type RandomPatchDropParams = z.output<typeof params>
