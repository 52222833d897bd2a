import type { StoredModel } from '../../../models/index.ts'
import type { StoredCondition } from '../../../facts/index.ts'
import type { PlanSessions, SessionPlan } from '../../definition/index.ts'
import { choiceText, weighLesion, type LesionTimes } from './cost.ts'
import { blocksOf, cutGraph, gatedGraph, gates } from './graphs.ts'
import { timesForLesion } from './trial.ts'

/**
 * Plans sessions in the cheaper way by measured times. Without times, blocks are gated, because little work
 * is at stake.
 */
export function lesionSessions(
  model: StoredModel,
  conditions: StoredCondition[],
  images: number,
  times: LesionTimes | null,
): SessionPlan[] {
  // A subset that several conditions share is computed once.
  const subsets = [...Map.groupBy(conditions, (condition) => blocksOf(condition).join('-'))]
  const blocks = subsets.flatMap(([, [first]]) => (first ? [blocksOf(first)] : []))
  const choice = times && weighLesion(model, blocks, images, times)
  const note = choice ? choiceText(choice) : 'blocks gated (the model was never timed)'
  if (choice && !choice.gated) {
    return subsets.map(([name, own]) => ({
      graph: cutGraph(model, own[0] ? blocksOf(own[0]) : [], `bypass-${name}`),
      conditions: own,
      note,
      feedsOf: null,
    }))
  }
  return [
    {
      graph: gatedGraph(model),
      conditions,
      note,
      feedsOf: (condition) => gates(model, blocksOf(condition)),
    },
  ]
}

/**
 * Plans the sessions of a lesion study. Times both ways first where that pays off; outside a study blocks are
 * gated.
 */
export const planLesions: PlanSessions = async (conditions, { model, images, run }) => {
  const times = run && (await timesForLesion(run, conditions.length * images))
  return run?.job.signal.aborted ? [] : lesionSessions(model, conditions, images, times)
}
