import { z } from 'zod'
import { largestNorm } from '#shared/attacks.ts'

const bisected = [{ attack: ['apgd-ce', 'apgd-dlr', 'square'] }]
const stepwise = [{ attack: ['apgd-ce', 'apgd-dlr'] }]
const searched = [{ attack: ['cw'] }]

export const params = z.object({
  attack: z
    .enum(['apgd-ce', 'apgd-dlr', 'square', 'cw'])
    .default('apgd-ce')
    .meta({
      title: 'Attack',
      description: 'What is tried at each epsilon; CW searches the nearest wrong image itself (L2 only)',
      words: { 'apgd-ce': 'APGD-CE', 'apgd-dlr': 'APGD-DLR', square: 'Square', cw: 'CW' },
    }),
  norm: z
    .enum(['linf', 'l2'])
    .default('linf')
    .meta({
      title: 'Norm',
      description: 'What epsilon bounds: the change of each value, or the L2 norm of the change of the image',
      words: { linf: 'L∞', l2: 'L2' },
    }),
  largest: z
    .number()
    .positive()
    .max(largestNorm)
    .default(16 / 255)
    .meta({
      title: 'Largest epsilon',
      description: 'Where the search begins (L∞, 1 at most: 16/255 = 0.0627; L2: as 3)',
    }),
  halvings: z.int().min(0).max(30).default(7).meta({
    title: 'Halvings',
    description: 'Tries after the first, each in the middle of what is left',
    effect: bisected,
  }),
  steps: z.int().min(1).max(10_000).default(20).meta({
    title: 'Steps',
    description: 'Of APGD at each epsilon',
    effect: stepwise,
  }),
  restarts: z.int().min(1).max(100).default(1).meta({
    title: 'Restarts',
    description: 'Independent starts of APGD at each epsilon',
    effect: stepwise,
  }),
  queries: z
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .meta({ title: 'Queries', description: 'Of Square at each epsilon', effect: [{ attack: ['square'] }] }),
  searches: z
    .int()
    .min(1)
    .max(50)
    .default(9)
    .meta({ title: 'Searches', description: 'Weights of the loss that CW tries', effect: searched }),
  searchSteps: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .meta({ title: 'Steps of a search', description: 'Of CW for each weight, at most', effect: searched }),
  images: z
    .int()
    .min(1)
    .max(100_000)
    .default(256)
    .meta({ title: 'Images', description: 'Drawn by seed from the dataset' }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Which images, and of the attack' }),
})

export type LeastParams = z.output<typeof params>
