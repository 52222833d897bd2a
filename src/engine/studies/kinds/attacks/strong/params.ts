import { z } from 'zod'
import { largestNorm } from '#shared/attacks.ts'

/** The attacks that a study may join, in the order in which they are made. */
export const strongKinds = ['fgsm', 'pgd', 'apgd-ce', 'apgd-dlr', 'apgd-t', 'cw', 'square'] as const
export type StrongKind = (typeof strongKinds)[number]

/** Attacks that have starts at random and a number of steps. */
const stepwise = [{ attacks: ['pgd', 'apgd-ce', 'apgd-dlr', 'apgd-t'] }]

export const params = z.object({
  attacks: z
    .array(z.enum(strongKinds))
    .min(1)
    .default(['apgd-ce', 'apgd-t', 'square'])
    .meta({
      title: 'Attacks',
      description: 'An image counts as right only where it withstands all of them. CW needs the norm L2',
      words: {
        fgsm: 'FGSM',
        pgd: 'PGD',
        'apgd-ce': 'APGD-CE',
        'apgd-dlr': 'APGD-DLR',
        'apgd-t': 'APGD-T',
        cw: 'CW',
        square: 'Square',
      },
    }),
  norm: z
    .enum(['linf', 'l2'])
    .default('linf')
    .meta({
      title: 'Norm',
      description: 'What epsilon bounds: the change of each value, or the L2 norm of the change of the image',
      words: { linf: 'L∞', l2: 'L2' },
    }),
  epsilons: z
    .array(z.number().min(0).max(largestNorm))
    .min(1)
    .default([1 / 255, 2 / 255, 4 / 255])
    .meta({
      title: 'Epsilon',
      description:
        'Largest change of a value (L∞, 1 at most: 4/255 = 0.0157) or largest norm of the change (L2, as 0.5 or 3), in [0,1] units before normalisation',
      space: 'unit',
    }),
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .meta({ title: 'Steps', description: 'Of PGD and APGD', effect: stepwise }),
  restarts: z.int().min(1).max(100).default(1).meta({
    title: 'Restarts',
    description:
      'Independent starts of PGD and APGD; those after the first only for images that are still right',
    effect: stepwise,
  }),
  targets: z
    .int()
    .min(1)
    .max(1000)
    .default(9)
    .meta({
      title: 'Target classes',
      description: 'Classes that APGD-T aims at, one after the other, the likeliest first',
      effect: [{ attacks: ['apgd-t'] }],
    }),
  queries: z
    .int()
    .min(1)
    .max(100_000)
    .default(5000)
    .meta({ title: 'Queries', description: 'Of Square, at most', effect: [{ attacks: ['square'] }] }),
  share: z
    .number()
    .positive()
    .max(1)
    .default(0.8)
    .meta({
      title: 'First squares',
      description: 'Share of the pixels that the first squares of Square have',
      effect: [{ attacks: ['square'] }],
    }),
  searches: z
    .int()
    .min(1)
    .max(50)
    .default(9)
    .meta({
      title: 'Searches',
      description: 'Weights of the loss that CW tries',
      effect: [{ attacks: ['cw'] }],
    }),
  searchSteps: z
    .int()
    .min(1)
    .max(10_000)
    .default(1000)
    .meta({
      title: 'Steps of a search',
      description: 'Of CW for each weight, at most',
      effect: [{ attacks: ['cw'] }],
    }),
  rate: z
    .number()
    .positive()
    .max(1)
    .default(0.01)
    .meta({ title: 'Learning rate', description: 'Of CW', effect: [{ attacks: ['cw'] }] }),
  checks: z.boolean().default(true).meta({
    title: 'Checks',
    description:
      'Also measure what shows whether the attacks work: ε 0, no bound, a random sign and one step (FGSM)',
  }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Of starts, squares and random signs' }),
})

export type StrongParams = z.output<typeof params>
