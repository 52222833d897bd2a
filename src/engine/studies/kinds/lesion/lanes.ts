import type { Feed } from '../../../inference/index.ts'
import type { GraphPlan, StoredModel } from '../../../models/index.ts'
import { gatesInput, type BlockAdds } from '../../../onnx/index.ts'
import type { Lane } from '../../measure/lanes.ts'
import { choiceText, gatedPlan, halfOf, halfPlan, weighLesion, type LesionTimes } from './cost.ts'
import type { PlannedCondition, StoredCondition } from '../../../facts/index.ts'

export function blocksOf({ condition: { rewrite } }: PlannedCondition): number[] {
  return rewrite?.op === 'lesion' ? rewrite.blocks : []
}

const removableOf = ({ inspection: { blocks } }: StoredModel) => blocks.filter(({ removable }) => removable)

const addsOf = (blocks: readonly BlockAdds[]): BlockAdds[] => blocks.map(({ adds }) => ({ adds }))

function gates(model: StoredModel, removed: readonly number[]): Feed[] {
  const removable = removableOf(model)
  return [
    {
      name: gatesInput,
      data: Float32Array.from(removable, ({ index }) => (removed.includes(index) ? 0 : 1)),
      shape: [removable.length],
    },
  ]
}

/** One session for every subset: each residual branch is multiplied by an input. */
export const gatedGraph = (model: StoredModel): GraphPlan => ({
  name: gatedPlan,
  change: { op: 'gate', blocks: addsOf(removableOf(model)) },
  trialFeeds: gates(model, []),
})

/** The graph without the branches of some blocks. */
const cutGraph = (model: StoredModel, removed: readonly number[], name: string): GraphPlan => ({
  name,
  change: {
    op: 'bypass',
    blocks: addsOf(model.inspection.blocks.filter(({ index }) => removed.includes(index))),
  },
})

export const halfCutGraph = (model: StoredModel): GraphPlan => cutGraph(model, halfOf(model), halfPlan)

/** The cheaper of both ways by measured times; gated where nothing was measured, because too little is at stake. */
export function lesionLanes(
  model: StoredModel,
  conditions: StoredCondition[],
  images: number,
  times: LesionTimes | null,
): Lane[] {
  // A subset that conditions share is computed once.
  const subsets = [...Map.groupBy(conditions, (condition) => blocksOf(condition).join('-'))]
  const blocks = subsets.flatMap(([, [first]]) => (first ? [blocksOf(first)] : []))
  const choice = times && weighLesion(model, blocks, images, times)
  const note = choice ? choiceText(choice) : 'blocks gated (the model was never timed)'
  if (choice && !choice.gated) {
    return subsets.map(([name, own]) => ({
      plan: cutGraph(model, own[0] ? blocksOf(own[0]) : [], `bypass-${name}`),
      conditions: own,
      note,
      feedsOf: null,
    }))
  }
  return [
    {
      plan: gatedGraph(model),
      conditions,
      note,
      feedsOf: (condition) => gates(model, blocksOf(condition)),
    },
  ]
}
