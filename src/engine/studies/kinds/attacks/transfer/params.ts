import { z } from 'zod'

export const params = z.object({
  surrogate: z.int().positive().nullable().default(null).meta({
    title: 'Surrogate',
    description: 'Model whose gradient makes the images; the first model of the workspace when left out',
    format: 'model',
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
