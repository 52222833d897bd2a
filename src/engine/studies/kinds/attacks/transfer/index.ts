import { numberText } from '#shared/params/numbers.ts'
import type { Attack } from '#shared/attacks.ts'
import { getModel, type StoredModel } from '../../../../models/index.ts'
import { paperValues } from '../../../summary/paper.ts'
import { attackForwards } from '../../../measure/work.ts'
import { measureTransfer } from './measure.ts'
import { notesOf, titlesOf } from './notes.ts'
import { settled, surrogatesOf } from './settle.ts'
import {
  preparedSurrogate,
  preprocessingOfTransfer,
  surrogateFor,
  surrogateIdFor,
  surrogateOf,
} from './surrogate.ts'
import { keyOf, successFigure, successMetrics, successTable } from './view.ts'
import type { Condition } from '../../../../facts/index.ts'
import {
  type ConditionContext,
  defineStudy,
  publishedWith,
  type ExtraWork,
  unchanged,
  type WorkContext,
} from '../../../definition/index.ts'
import { epsilonTitle } from '../titles.ts'
import { params, type TransferParams } from './params.ts'

/** Images made with one model's gradient and given to others (paper 4.2, Table 4). */
export const transferAttack = defineStudy({
  id: 'transfer-attack',
  title: 'Transfer attack',
  section: '4.2',
  description:
    'Adversarial images are made with the gradient of a surrogate model and shown to the models of the study; attack success rate as in Table 4.',
  params,
  presets: [
    {
      id: 'quick',
      title: 'Quick look',
      description: 'PGD on the surrogate, one size.',
      params: { attack: 'pgd', epsilons: [0.03], iterations: 8 },
    },
    {
      id: 'paper',
      title: 'As in Table 4',
      description:
        'TAIG-R from a ViT, and from a RepLKNet for ViTs; five images of each class, resized twice.',
      params: {
        attack: 'taig-r',
        surrogates: 'by-family',
        made: 'published',
        secondResize: true,
        iterations: 20,
        epsilons: [0.03, 0.06, 0.1],
      },
      perClass: 5,
      published: true,
      repeats: ['Table 4'],
      deviates: [
        'The five images of each class are drawn by seed; the authors name theirs in a list.',
        'The noise of the path comes from a seeded stream for each image; the script draws it without a seed.',
        'The second resize is Pillow’s, of 8-bit pixels; the script’s is torch’s, of floats, which are not clipped.',
        'ε is as printed; the script takes whole levels, 8/255 for 0.03.',
      ],
    },
    {
      id: 'straight',
      title: 'Straight path',
      description: 'TAIG-S from one surrogate, 20 iterations of 1/255, three sizes.',
      params: {},
    },
    {
      id: 'full',
      title: 'Whole budget',
      description: 'TAIG-S with as many iterations as the largest epsilon needs.',
      params: { iterations: 26 },
    },
  ],
  published: publishedWith('bicubic'),
  definitions: [
    {
      name: 'TAIG-S',
      formula:
        'x ← clip(x - 1/255 sign(IG(x))), IG(x) = (x - 0) mean over 21 points of ∇f_y along the straight path from black',
      source: 'Huang and Kong 2022; LKRobust TAIG.py',
    },
    {
      name: 'TAIG-R',
      formula:
        'as TAIG-S with uniform noise of ±ε added to each of the 21 points, as in the published approximation',
    },
    {
      name: 'success, all',
      formula: 'share of all images that are wrong; clean mistakes count',
      source: 'LKRobust TAIG_test.py',
    },
    { name: 'success, conditional', formula: 'share of the images that were right before and are wrong now' },
  ],
  questions: [
    {
      id: 'transfer',
      section: '4.2',
      title: 'Transferred attack',
      asks: 'Do images made against one model fool the others?',
      look: 'The row of the surrogate against the others: what transfers, and to whom.',
      params: ({ classifiers }) => ({
        attack: 'pgd',
        epsilons: [0.03],
        iterations: 8,
        surrogate: classifiers[0]?.id ?? null,
      }),
    },
  ],
  needs: ({ surrogate, otherSurrogate }) =>
    [surrogate, otherSurrogate].flatMap((of) => (of === null ? [] : [{ rewrite: 'differentiate', of }])),
  readsLabels: (chosen, models, { db }) => surrogatesOf(chosen, models, db),
  settle: (chosen, { db }) => settled(chosen, db),
  axis: {
    title: () => 'ε in [0,1] units',
    of: ({ epsilon }) => Number(epsilon),
    label: (x) => `ε ${numberText(x)}`,
    hardens: () => true,
  },
  conditions: (chosen, model, context) => conditions(chosen, model, context),
  extraWork: (chosen, context) => surrogateWork(chosen, context),
  measure: (context, chosen) => measureTransfer(context, chosen),
  measuresApart: true,
  view: (grid, chosen, { workspace, models }) => {
    const from = titlesOf(workspace.db, chosen, models)
    return {
      tables: [successTable(grid, from)],
      key: keyOf(grid),
      figures: [successFigure(grid)],
      metrics: successMetrics(grid, chosen.attack),
      reported: paperValues(({ metric }) => metric === 'TAIG attack success rate'),
      notes: notesOf(grid, chosen, from),
    }
  },
})

const epsilonsOf = ({ epsilons }: TransferParams): number[] =>
  [...new Set(epsilons)].filter((epsilon) => epsilon > 0).sort((a, b) => a - b)

const attackOf = (
  { attack, iterations, seed }: TransferParams,
  epsilon: number,
  surrogate: StoredModel | null,
): Attack => ({
  op: 'attack',
  kind: attack,
  epsilon,
  alpha: 1 / 255,
  steps: iterations,
  randomStart: false,
  restarts: 1,
  seed,
  ...(surrogate ? surrogateOf(surrogate) : { surrogate: null }),
  rounded: true,
})

/** The work of making the images: once with each surrogate, for all models that get them. */
function surrogateWork(
  chosen: TransferParams,
  { db, dataset, models, images, settled }: WorkContext,
): ExtraWork[] {
  const served = Map.groupBy(models, (model) => surrogateIdFor(chosen, model))
  return [...served].flatMap(([id, targets]) => {
    if (id === null) return []
    const surrogate = preparedSurrogate(db, dataset.id, getModel(db, id), chosen)
    const stored = Math.max(0, ...targets.map(settled))
    return epsilonsOf(chosen).map((epsilon) => ({
      model: surrogate,
      images,
      stored,
      forwards: attackForwards(surrogate, [attackOf(chosen, epsilon, surrogate)]),
      answers: 0,
    }))
  })
}

function conditions(
  chosen: TransferParams,
  model: StoredModel,
  { db, dataset }: ConditionContext,
): Condition[] {
  const surrogate = surrogateFor(db, dataset.id, chosen, model)
  const preprocessing = surrogate
    ? preprocessingOfTransfer(model, surrogate, chosen.secondResize)
    : model.preprocessing
  return [
    { key: 'clean', params: { epsilon: 0 }, title: 'clean', baseline: true, transform: unchanged },
    ...epsilonsOf(chosen).map((epsilon): Condition => {
      const attack = attackOf(chosen, epsilon, surrogate)
      return {
        key: `epsilon=${epsilon}`,
        params: { epsilon, secondResize: chosen.secondResize },
        title: epsilonTitle(epsilon),
        transform: () => attack,
        preprocessing,
      }
    }),
  ]
}
