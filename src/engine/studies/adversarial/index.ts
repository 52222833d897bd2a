import { z } from 'zod'
import type { Attack } from '#shared/attacks.ts'
import { defineStudy, type Condition } from '../definition.ts'
import { paperStatements } from '../paper.ts'
import { measureAttacks } from './measure.ts'
import { attackFigure, attackTable, sanityNotes } from './view.ts'

const params = z.object({
  attack: z
    .enum(['fgsm', 'pgd', 'mifgsm'])
    .default('fgsm')
    .meta({ title: 'Attack', description: 'One step, projected steps, or projected steps with momentum' }),
  epsilons: z
    .array(z.number().min(0).max(1))
    .min(1)
    .default([0.002, 0.004, 0.006, 0.008])
    .meta({ title: 'Epsilon', description: 'Largest change of a value, in [0,1] units (1/255 = 0.0039)' }),
  steps: z.array(z.int().min(1).max(1000)).min(1).default([5]).meta({
    title: 'Steps',
    description: 'Numbers of steps; one trajectory serves them all. FGSM has one step',
  }),
  stepRatio: z
    .number()
    .positive()
    .max(1)
    .default(0.25)
    .meta({ title: 'Step / epsilon', description: 'Step size as a share of epsilon' }),
  randomStart: z
    .boolean()
    .default(true)
    .meta({ title: 'Random start', description: 'Begin at a random place within epsilon (PGD)' }),
  restarts: z
    .int()
    .min(1)
    .max(50)
    .default(1)
    .meta({ title: 'Restarts', description: 'Independent starts; the worst one counts, image by image' }),
  baseline: z.boolean().default(true).meta({
    title: 'Random sign',
    description: 'Also measure a random sign of the same size: what an attack must beat',
  }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Of random starts and random signs' }),
})

export type AdversarialParams = z.output<typeof params>

/** White-box attacks with the model's own gradient (paper 4.2, Fig. 6 a to c). */
export const adversarial = defineStudy({
  id: 'adversarial',
  title: 'Adversarial attacks',
  section: '4.2',
  description:
    'FGSM, PGD and momentum attacks with the model’s own gradient, computed by a backward pass in ONNX; accuracy against epsilon or steps.',
  params,
  presets: [
    {
      id: 'quick',
      title: 'Quick look',
      description: 'FGSM at three sizes.',
      params: { attack: 'fgsm', epsilons: [0.01, 0.03, 0.1] },
    },
    {
      id: 'fig6a',
      title: 'As in Fig. 6a',
      description: 'FGSM, epsilon 0.1 to 0.4.',
      params: { attack: 'fgsm', epsilons: [0.1, 0.2, 0.3, 0.4] },
    },
    {
      id: 'fig6b',
      title: 'As in Fig. 6b',
      description: 'PGD, 5 steps of epsilon/4, random start.',
      params: { attack: 'pgd', epsilons: [0.002, 0.004, 0.006, 0.008], steps: [5] },
    },
    {
      id: 'fig6c',
      title: 'As in Fig. 6c',
      description: 'PGD, epsilon 0.006, 1 to 20 steps.',
      params: { attack: 'pgd', epsilons: [0.006], steps: [1, 2, 3, 5, 7, 10, 20] },
    },
  ],
  definitions: [
    {
      name: 'FGSM',
      formula: "x' = clip(x + ε sign(∇L), 0, 1)",
      source: 'Goodfellow et al. 2015; torchattacks fgsm.py',
    },
    {
      name: 'PGD',
      formula: "x' = clip(x + clamp(x' + α sign(∇L) - x, -ε, ε), 0, 1), α = ε × ratio",
      source: 'Madry et al. 2018; LKRobust main.py (α = ε/4)',
    },
    { name: 'MI-FGSM', formula: 'm = m + ∇L / mean|∇L|, then as PGD with m', source: 'Dong et al. 2018' },
    {
      name: 'L',
      formula: 'cross entropy with the true class, untargeted; gradient of the sum over the batch',
    },
    { name: 'space', formula: 'ε in [0,1] pixel units, before normalisation' },
  ],
  conditions,
  measure: (room) => measureAttacks(room),
  view: (grid, chosen, { models }) => ({
    tables: [attackTable(grid, models)],
    figures: [attackFigure(grid, chosen)],
    reported: paperStatements(
      { fgsm: 'Fig. 6a', pgd: chosen.steps.length > 1 ? 'Fig. 6c' : 'Fig. 6b', mifgsm: '' }[chosen.attack],
    ),
    notes: [
      `${{ fgsm: 'FGSM', pgd: 'PGD', mifgsm: 'MI-FGSM' }[chosen.attack]} with the gradient of the model itself; ε in [0,1] units, clipped to [0,1], not rounded to 8 bit.`,
      ...(chosen.attack === 'fgsm'
        ? []
        : [
            `Steps of ${chosen.stepRatio} ε${chosen.attack === 'pgd' && chosen.randomStart ? `, random start, seed ${chosen.seed}` : ''}, ${chosen.restarts} ${chosen.restarts === 1 ? 'start' : 'starts'}.`,
          ]),
      ...sanityNotes(grid, chosen),
    ],
  }),
})

/** Epsilon 0 is the clean image, whatever the attack. */
function conditions(chosen: AdversarialParams): Condition[] {
  const { attack, stepRatio, restarts, seed } = chosen
  const epsilons = [...new Set(chosen.epsilons)].filter((epsilon) => epsilon > 0).sort((a, b) => a - b)
  const steps = attack === 'fgsm' ? [1] : [...new Set(chosen.steps)].sort((a, b) => a - b)
  const common = { op: 'attack' as const, seed, surrogate: null, rounded: false }
  const make = (key: string, stored: Attack): Condition => ({
    key,
    params: { kind: stored.kind, epsilon: stored.epsilon, steps: stored.steps },
    transform: () => stored,
  })
  return [
    { key: 'clean', params: { kind: 'clean', epsilon: 0, steps: 0 }, transform: () => ({ op: 'identity' }) },
    ...epsilons.flatMap((epsilon) =>
      steps.map((count) =>
        make(`epsilon=${epsilon},steps=${count}`, {
          ...common,
          kind: attack,
          epsilon,
          alpha: attack === 'fgsm' ? epsilon : epsilon * stepRatio,
          steps: count,
          randomStart: attack === 'pgd' && chosen.randomStart,
          restarts: attack === 'pgd' && chosen.randomStart ? restarts : 1,
        }),
      ),
    ),
    ...(chosen.baseline
      ? epsilons.map((epsilon) =>
          make(`sign,epsilon=${epsilon}`, {
            ...common,
            kind: 'sign',
            epsilon,
            alpha: epsilon,
            steps: 1,
            randomStart: false,
            restarts: 1,
          }),
        )
      : []),
  ]
}
