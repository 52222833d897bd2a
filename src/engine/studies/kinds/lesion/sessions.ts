import type { StoredModel } from '../../../models/index.ts'
import type { StoredCondition } from '../../../facts/index.ts'
import type { PlanSessions, SessionPlan } from '../../definition/index.ts'
import { choiceText, weighLesion, type LesionTimes } from './cost.ts'
import { blocksOf, cutGraph, gatedGraph, gates } from './graphs.ts'
import { timesForLesion } from './trial.ts'

/**
 * Plans sessions in the cheaper way by measured times. Where there is a reason instead of times, blocks are gated. The
 * facts are the same to the bit either way.
 */
export function lesionSessions(
  model: StoredModel,
  conditions: StoredCondition[],
  images: number,
  times: LesionTimes | string,
): SessionPlan[] {
  // A subset that several conditions share is computed once.
  const subsets = [...Map.groupBy(conditions, (condition) => blocksOf(condition).join('-'))]
  const blocks = subsets.flatMap(([, [first]]) => (first ? [blocksOf(first)] : []))
  const choice = typeof times === 'string' ? null : weighLesion(model, blocks, images, times)
  const note = choice ? choiceText(choice) : `blocks gated (${String(times)})`
  if (choice && !choice.gated) {
    return subsets.map(([name, own]) => {
      const removed = own[0] ? blocksOf(own[0]) : []
      const feeds = gates(model, removed)
      return {
        graph: cutGraph(model, removed, `bypass-${name}`),
        conditions: own,
        note,
        feedsOf: () => feeds,
      }
    })
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
  const times = run ? await timesForLesion(run, conditions.length * images) : 'nothing is timed here'
  return run?.job.signal.aborted ? [] : lesionSessions(model, conditions, images, times)
}
