import { z } from 'zod'

export const params = z.object({
  surrogates: z
    .enum(['one', 'by-family'])
    .default('one')
    .meta({
      title: 'Surrogates',
      description:
        'One for all models, or, as in Table 4, one for transformers and another for all other models',
      words: { one: 'One', 'by-family': 'By family of the target' },
    }),
  surrogate: z.int().positive().nullable().default(null).meta({
    title: 'Surrogate',
    description:
      'Model whose gradient makes the images; when left out the first model of the workspace, by family the first ViT',
    format: 'model',
  }),
  otherSurrogate: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .meta({
      title: 'For transformers',
      description:
        'Surrogate for ViT and Swin; when left out a RepLKNet, else the model with the largest kernels',
      format: 'model',
      effect: [{ surrogates: ['by-family'] }],
    }),
  made: z
    .enum(['own', 'published'])
    .default('own')
    .meta({
      title: 'Images of the surrogate',
      description:
        'With its own preprocessing, or as in the published script: squashed to 256 × 256 for a crop of 224, with ImageNet’s mean and deviation',
      words: { own: 'Its own', published: 'As published' },
    }),
  attack: z
    .enum(['taig-s', 'taig-r', 'pgd'])
    .default('taig-s')
    .meta({
      title: 'Attack',
      description: 'Integrated gradients along the straight path (S) or a random one (R), or plain PGD',
      words: { 'taig-s': 'TAIG-S', 'taig-r': 'TAIG-R', pgd: 'PGD' },
    }),
  epsilons: z.array(z.number().min(0).max(1)).min(1).default([0.03, 0.06, 0.1]).meta({
    title: 'Epsilon',
    description: 'Largest change of a value, in [0,1] units before normalisation',
    space: 'unit',
  }),
  iterations: z
    .int()
    .min(1)
    .max(1000)
    .default(20)
    .meta({ title: 'Iterations', description: 'Steps of 1/255; 20 as published reach 0.078 at most' }),
  secondResize: z.boolean().default(false).meta({
    title: 'Second resize',
    description:
      'As published: adversarial images go through the target’s own resize and crop again, which weakens the attack',
  }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({ title: 'Seed', description: 'Of the random path (R)', effect: [{ attack: ['taig-r'] }] }),
})

export type TransferParams = z.output<typeof params>
