import { z } from 'zod'
import { largestNorm } from '#shared/attacks.ts'

/** Attacks in several steps. */
const stepwise = [{ attack: ['pgd', 'mifgsm'] }]
const randomStarts = { attack: ['pgd'], randomStart: [true] }

export const params = z.object({
  attack: z
    .enum(['fgsm', 'pgd', 'mifgsm'])
    .default('fgsm')
    .meta({
      title: 'Attack',
      description: 'One step, projected steps, or projected steps with momentum',
      words: { fgsm: 'FGSM', pgd: 'PGD', mifgsm: 'MI-FGSM' },
    }),
  norm: z
    .enum(['linf', 'l2'])
    .default('linf')
    .meta({
      title: 'Norm',
      description: 'What epsilon bounds: the change of each value, or the L2 norm of the change of the image',
      words: { linf: 'L∞', l2: 'L2' },
    }),
  epsilons: z.array(z.number().min(0).max(largestNorm)).min(1).default([0.002, 0.004, 0.006, 0.008]).meta({
    title: 'Epsilon',
    description:
      'Largest change of a value (L∞, 1 at most: 1/255 = 0.0039) or largest norm of the change (L2), in [0,1] units before normalisation',
    space: 'unit',
  }),
  steps: z.array(z.int().min(1).max(1000)).min(1).default([5]).meta({
    title: 'Steps',
    description: 'Numbers of steps; one trajectory serves them all. FGSM has one step',
    effect: stepwise,
  }),
  stepRatio: z
    .number()
    .positive()
    .max(1)
    .default(0.25)
    .meta({ title: 'Step / epsilon', description: 'Step size as a share of epsilon', effect: stepwise }),
  randomStart: z
    .boolean()
    .default(true)
    .meta({
      title: 'Random start',
      description: 'Begin at a random place within epsilon (PGD)',
      effect: [{ attack: ['pgd'] }],
    }),
  restarts: z
    .int()
    .min(1)
    .max(50)
    .default(1)
    .meta({
      title: 'Restarts',
      description: 'Independent starts; the worst one counts, image by image',
      effect: [randomStarts],
    }),
  baseline: z.boolean().default(true).meta({
    title: 'Baselines',
    description:
      'Also measure a random sign of the same size and, beside many steps, one (FGSM): what an attack must beat',
  }),
  transfer: z.boolean().default(true).meta({
    title: 'Transfer check',
    description:
      'Also show the images made with each model, at the largest epsilon, to the other models of the study: a model that they hurt more than its own gradient hides that gradient',
  }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({
      title: 'Seed',
      description: 'Of random starts and random signs',
      effect: [randomStarts, { baseline: [true] }],
    }),
})

export type AdversarialParams = z.output<typeof params>
