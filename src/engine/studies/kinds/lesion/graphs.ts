import type { Feed } from '../../../inference/index.ts'
import type { GraphPlan, StoredModel } from '../../../models/index.ts'
import { gatesInput, type BlockAdds } from '../../../onnx/index.ts'
import type { PlannedCondition } from '../../../facts/index.ts'
import { gatedPlan, halfOf, halfPlan } from './cost.ts'
import { gatesOf, removableOf } from './work.ts'

/** The blocks that a condition removes, counted from 0. */
export function blocksOf({ condition: { rewrite } }: PlannedCondition): number[] {
  return rewrite?.op === 'lesion' ? rewrite.blocks : []
}

const addsOf = (blocks: readonly BlockAdds[]): BlockAdds[] => blocks.map(({ adds }) => ({ adds }))

/** The input that gates the branches: 1 = stays, 0 = removed; [removable blocks]. */
export function gates(model: StoredModel, removed: readonly number[]): Feed[] {
  const data = gatesOf(model, removed)
  return [{ name: gatesInput, data, shape: [data.length] }]
}

/** One graph for every subset: each residual branch is multiplied by an input. */
export const gatedGraph = (model: StoredModel): GraphPlan => ({
  name: gatedPlan,
  change: { op: 'gate', blocks: addsOf(removableOf(model)) },
  trialFeeds: gates(model, []),
})

/** The gated graph cut behind each block: it computes what subsets share once. */
export const sharedGraph = (model: StoredModel): GraphPlan => ({
  name: 'segment',
  change: { op: 'segments', blocks: addsOf(removableOf(model)) },
  trialFeeds: gates(model, []),
})

/** The gated graph without the branches of some blocks. It takes the gates of the removed blocks too. */
export const cutGraph = (model: StoredModel, removed: readonly number[], name: string): GraphPlan => ({
  name,
  change: {
    op: 'gate',
    blocks: addsOf(removableOf(model)),
    cut: [...removableOf(model).entries()].flatMap(([place, { index }]) =>
      removed.includes(index) ? [place] : [],
    ),
  },
  trialFeeds: gates(model, removed),
})

export const halfCutGraph = (model: StoredModel): GraphPlan => cutGraph(model, halfOf(model), halfPlan)
