import type { Block, Inspection } from '#shared/contract/index.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import type { GraphPlan, StoredModel } from '../../../models/index.ts'
import { gatesInput } from '../../../onnx/index.ts'
import type { Feed } from '../../../inference/index.ts'
import type { Condition, PlannedCondition, StoredCondition } from '../../../facts/index.ts'
import { unchanged, type SessionPlan } from '../../definition/index.ts'

/** A residual unit of a model. */
export interface Unit {
  /** Indices from 0. */
  block: number
  unit: number
  /** Name of its residual addition. */
  add: string
  /** What its branch is, e.g. "attention". */
  name: string
  skip: 'identity' | 'projection'
}

const attends = ['Softmax', 'Attention', 'MultiHeadAttention']

/** What the branch of a unit is: a pair is one that mixes positions and a pointwise one. */
function nameOf({ units }: Block, place: number, { layers }: Pick<Inspection, 'layers'>): string {
  const first = units[0]?.layers.map((index) => layers[index]?.op ?? '') ?? []
  const attention = first.some((op) => attends.includes(op))
  if (units.length === 1) return attention ? 'attention' : 'convolutions'
  if (place === 0) return attention ? 'attention' : 'convolution'
  return attention ? 'MLP' : 'pointwise unit'
}

/** All residual units of a model, in order of depth. Empty in models that older versions have added. */
export const unitsOf = ({ inspection }: Pick<StoredModel, 'inspection'>): Unit[] =>
  inspection.blocks.flatMap((block) =>
    block.units.map(({ add, skip }, unit) => ({
      ...{ block: block.index, unit, add, skip },
      name: nameOf(block, unit, inspection),
    })),
  )

/** Removing the only unit of a block is removing the block, which facts may exist of. */
function rewriteOf({ block, unit, skip }: Unit, { inspection: { blocks } }: StoredModel): Rewrite {
  const alone = blocks[block]?.units.length === 1 && skip === 'identity'
  return alone ? { op: 'lesion', blocks: [block] } : { op: 'lesionUnit', block, unit }
}

/** A condition for each residual unit alone. Blocks and units count from 1 in its key. */
export const unitConditions = (model: StoredModel): Condition[] =>
  unitsOf(model).map((unit, place) => ({
    key: `unit=${unit.block + 1}.${unit.unit + 1}`,
    params: {
      ...{ kind: 'unit', place: place + 1, block: unit.block + 1, unit: unit.name, skip: unit.skip },
      ...{ n: 0, proportion: 0, blocks: '' },
    },
    title: `without the ${unit.name} of block ${unit.block + 1}${unit.skip === 'projection' ? ', shortcut kept' : ''}`,
    way: 'single units',
    transform: unchanged,
    rewrite: rewriteOf(unit, model),
  }))

export const removesUnit = ({ condition: { rewrite } }: PlannedCondition): boolean =>
  rewrite?.op === 'lesionUnit'

/** The graph whose residual units are each multiplied by an input of their own. Skip paths that are projections stay. */
const unitGraph = (model: StoredModel): GraphPlan => ({
  name: 'gated-units',
  change: { op: 'gate', blocks: unitsOf(model).map(({ add }) => ({ adds: [add] })), projections: true },
  trialFeeds: gatesFor(model, null),
})

/** 1 = stays, 0 = removed; [units]. */
function gatesFor(model: StoredModel, removed: Pick<Unit, 'block' | 'unit'> | null): Feed[] {
  const data = Float32Array.from(unitsOf(model), ({ block, unit }) =>
    block === removed?.block && unit === removed.unit ? 0 : 1,
  )
  return [{ name: gatesInput, data, shape: [data.length] }]
}

/** One session for all conditions without a unit. */
export const unitSession = (model: StoredModel, conditions: StoredCondition[]): SessionPlan => ({
  graph: unitGraph(model),
  conditions,
  note: 'units gated',
  feedsOf: ({ condition: { rewrite } }) => gatesFor(model, rewrite?.op === 'lesionUnit' ? rewrite : null),
})
