import { numberText } from '#shared/params/numbers.ts'
import { paperStatements } from '../../../summary/paper.ts'
import { attackWork } from '../../../measure/work.ts'
import { comesAlong } from './cleanAlong.ts'
import { checkTable, sanityChecks, sanityNotes } from './checks.ts'
import { attackConditions, isBySteps, strongestAttack } from './conditions.ts'
import { measureAttacks } from './measure.ts'
import { params } from './params.ts'
import { transferMatrix, transferNotes, transferTable } from './transfer.ts'
import { vanishedGradients } from './vanished.ts'
import { attackFigures, attackMetrics, attackTable, epsilonNote } from './view.ts'
import { defineStudy, publishedWith } from '../../../definition/index.ts'
import { checkEpsilons } from '../norms.ts'
import { attackTitles } from '../titles.ts'

const seededStarts = 'Random starts come from a seeded stream for each image; the script draws them unseeded.'

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
      published: true,
      repeats: ['Fig. 6a'],
      deviates: ['The paper gives the range of ε; the steps of 0.1 are assumed.'],
    },
    {
      id: 'fig6b',
      title: 'As in Fig. 6b',
      description: 'PGD, 5 steps of epsilon/4, random start.',
      params: { attack: 'pgd', epsilons: [0.002, 0.004, 0.006, 0.008], steps: [5] },
      published: true,
      repeats: ['Fig. 6b'],
      deviates: ['The paper gives the range of ε; the steps of 0.002 are assumed.', seededStarts],
    },
    {
      id: 'fig6c',
      title: 'As in Fig. 6c',
      description: 'PGD, epsilon 0.006, 1 to 20 steps.',
      params: { attack: 'pgd', epsilons: [0.006], steps: [1, 2, 3, 5, 7, 10, 20] },
      published: true,
      repeats: ['Fig. 6c'],
      deviates: ['The paper does not list the numbers of steps; these are assumed.', seededStarts],
    },
  ],
  published: publishedWith('bicubic'),
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
      name: 'L2',
      formula:
        'the same with ∇L / ‖∇L‖ in place of sign(∇L), and a change that is longer than ε scaled down to it; random starts have a normal direction and a uniform length',
      source: 'Madry et al. 2018; torchattacks pgdl2.py; Dong et al. 2018, equation 8',
    },
    {
      name: 'L',
      formula: 'cross entropy with the true class, untargeted; gradient of the sum over the batch',
    },
    { name: 'space', formula: 'ε in [0,1] pixel units, before normalisation' },
  ],
  ranked: true,
  questions: [
    {
      id: 'white-box',
      section: '4.2',
      title: 'White-box attack',
      asks: 'How small a change, made with the model’s own gradient, fools it?',
      look: 'Where each curve crosses one half.',
      params: () => ({ attack: 'fgsm', epsilons: [0.002, 0.004, 0.008] }),
    },
  ],
  settle(chosen) {
    checkEpsilons(chosen)
    return chosen
  },
  needs: () => [{ rewrite: 'differentiate', of: 'models' }],
  conditions: (chosen, model, context) => attackConditions(chosen, model, context.models),
  axis: {
    title: (chosen) => (isBySteps(chosen) ? 'Steps' : 'ε in [0,1] units'),
    of: ({ epsilon, steps }, chosen) => Number(isBySteps(chosen) ? steps : epsilon),
    label: (x, chosen) => (isBySteps(chosen) ? `${x} ${x === 1 ? 'step' : 'steps'}` : `ε ${numberText(x)}`),
    hardens: ({ kind }, chosen) => kind === 'clean' || kind === chosen.attack,
  },
  work: { ...attackWork, comesAlong },
  measure: (context, chosen) => measureAttacks(context, chosen.transfer ? strongestAttack(chosen) : null),
  measuresApart: true,
  async view(grid, chosen, { models, workspace: { db } }) {
    const checks = sanityChecks(grid, chosen)
    const vanished = vanishedGradients(db, grid, chosen)
    const shown = [...checks, ...vanished.checks]
    const starts = strongestAttack(chosen)?.restarts ?? 1
    return {
      tables: [
        ...(shown.length > 0 ? [checkTable(shown)] : []),
        ...transferTable(grid, chosen),
        attackTable(grid, chosen, models),
      ],
      figures: [...(await attackFigures(grid, chosen)), ...transferMatrix(grid, chosen)],
      metrics: attackMetrics(grid, chosen),
      reported: paperStatements(
        { fgsm: 'Fig. 6a', pgd: chosen.steps.length > 1 ? 'Fig. 6c' : 'Fig. 6b', mifgsm: '' }[chosen.attack],
      ),
      notes: [
        `${attackTitles[chosen.attack]} with the gradient of the model itself; ε ${chosen.norm === 'l2' ? 'as L2 norm' : 'in [0,1] units'}, clipped to [0,1], not rounded to 8 bit.`,
        ...(chosen.attack === 'fgsm'
          ? []
          : [
              `Steps of ${chosen.stepRatio} ε${chosen.attack === 'pgd' && chosen.randomStart ? `, random start, seed ${chosen.seed}` : ''}, ${starts} ${starts === 1 ? 'start' : 'starts'}.`,
            ]),
        epsilonNote(chosen, models),
        ...sanityNotes(checks),
        ...transferNotes(grid, chosen, models),
        ...vanished.notes,
      ],
    }
  },
})
