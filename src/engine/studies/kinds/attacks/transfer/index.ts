import { modelIdOf } from '#shared/shownModel.ts'
import { numberText } from '#shared/params/numbers.ts'
import type { Attack } from '#shared/attacks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { modelFor } from '../../../../datasets/index.ts'
import { getModel, listModels, type StoredModel } from '../../../../models/index.ts'
import { paperValues } from '../../../summary/paper.ts'
import { attackForwards } from '../../../measure/work.ts'
import { measureTransfer } from './measure.ts'
import { preprocessingOfTransfer, surrogateOf } from './surrogate.ts'
import { keyOf, successFigure, successTable } from './view.ts'
import type { Condition } from '../../../../facts/index.ts'
import {
  type ConditionContext,
  defineStudy,
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
      title: 'As in the paper',
      description: 'TAIG-S, 20 iterations of 1/255, three sizes.',
      params: {},
    },
    {
      id: 'full',
      title: 'Whole budget',
      description: 'TAIG-S with as many iterations as the largest epsilon needs.',
      params: { iterations: 26 },
    },
  ],
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
  needs: ({ surrogate }) => (surrogate === null ? [] : [{ rewrite: 'differentiate', of: surrogate }]),
  settle(chosen, context) {
    if (chosen.surrogate !== null) {
      getModel(context.db, chosen.surrogate)
      return chosen
    }
    const [first] = listModels(context.db)
    if (!first)
      throw new KernelscopeError('MODEL_NOT_FOUND', 'the workspace has no model to serve as surrogate')
    return { ...chosen, surrogate: first.id }
  },
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
  view: (grid, chosen, { workspace }) => {
    const surrogate = chosen.surrogate === null ? 'unknown' : getModel(workspace.db, chosen.surrogate).title
    return {
      tables: [successTable(grid)],
      key: keyOf(grid),
      figures: [successFigure(grid)],
      reported: paperValues(({ metric }) => metric === 'TAIG attack success rate'),
      notes: [
        `Images made with ${chosen.attack.toUpperCase()} on ${surrogate}, ${chosen.iterations} iterations of 1/255, rounded to 8 bit${chosen.attack === 'taig-r' ? `, seed ${chosen.seed}` : ''}.`,
        chosen.secondResize
          ? 'Adversarial images were resized and cropped again for each model, as published.'
          : 'Adversarial images were shown as they are.',
        ...(Math.max(...chosen.epsilons) > chosen.iterations / 255
          ? [
              `${chosen.iterations} iterations cannot use more than ε = ${(chosen.iterations / 255).toFixed(3)}.`,
            ]
          : []),
        ...grid.models
          .filter(({ id, ownPreprocessing }) => ownPreprocessing && modelIdOf(id) === chosen.surrogate)
          .map(({ title }) => `${title} is the surrogate itself: a white-box result.`),
      ],
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

/** The work of making the images: once, with the surrogate, for all models. */
function surrogateWork(
  chosen: TransferParams,
  { db, dataset, models, images, settled }: WorkContext,
): ExtraWork[] {
  if (chosen.surrogate === null) return []
  const surrogate = modelFor(db, dataset.id, getModel(db, chosen.surrogate))
  const stored = Math.max(0, ...models.map(settled))
  return epsilonsOf(chosen).map((epsilon) => ({
    model: surrogate,
    images,
    stored,
    forwards: attackForwards(surrogate, [attackOf(chosen, epsilon, surrogate)]),
  }))
}

function conditions(
  chosen: TransferParams,
  model: StoredModel,
  { db, dataset }: ConditionContext,
): Condition[] {
  const surrogate =
    chosen.surrogate === null ? null : modelFor(db, dataset.id, getModel(db, chosen.surrogate))
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
