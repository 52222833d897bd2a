import type { StoredModel } from '../../../models/index.ts'
import type { StoredCondition } from '../../../facts/index.ts'
import type { MeasureContext, PlanSessions, SessionPlan } from '../../definition/index.ts'
import { compareGates } from '../../../inference/index.ts'
import { choiceText, weighLesion, worthATrial, type LesionTimes } from './cost.ts'
import { blocksOf, cutGraph, gatedGraph, gates, sharedGraph } from './graphs.ts'
import { gatesOf } from './work.ts'
import { timesForLesion } from './trial.ts'
import { removesUnit, unitSession } from './units.ts'

/**
 * Plans sessions in the cheapest way by measured times. Where there is a reason instead of times, blocks are gated. The
 * facts are the same to the bit in each way.
 */
export function lesionSessions(
  model: StoredModel,
  conditions: StoredCondition[],
  images: number,
  times: LesionTimes | string,
): SessionPlan[] {
  // A subset that several conditions share is computed once.
  const subsets = subsetsOf(conditions)
  const blocks = subsets.map(({ removed }) => removed)
  const choice = typeof times === 'string' ? null : weighLesion(model, blocks, images, times)
  const note = choice ? choiceText(choice) : `blocks gated (${String(times)})`
  if (choice?.way === 'shared') {
    const feeds = new Map(blocks.map((removed) => [removed.join('-'), gates(model, removed)]))
    return [
      {
        graph: sharedGraph(model),
        conditions: inPrefixOrder(model, conditions),
        note,
        feedsOf: (condition) => feeds.get(blocksOf(condition).join('-')) ?? [],
        shared: true,
      },
    ]
  }
  if (choice?.way === 'cut') {
    return subsets.map(({ removed, own }) => {
      const feeds = gates(model, removed)
      return {
        graph: cutGraph(model, removed, `bypass-${removed.join('-')}`),
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

/** Conditions by the blocks that they remove. */
const subsetsOf = (conditions: readonly StoredCondition[]) =>
  [...Map.groupBy(conditions, (condition) => blocksOf(condition).join('-')).values()].flatMap((own) =>
    own[0] ? [{ removed: blocksOf(own[0]), own }] : [],
  )

/** Conditions in the order in which each has the longest prefix of blocks in common with the one before it. */
const inPrefixOrder = (model: StoredModel, conditions: readonly StoredCondition[]): StoredCondition[] =>
  conditions
    .map((condition) => ({ condition, own: gatesOf(model, blocksOf(condition)) }))
    .sort((a, b) => compareGates(a.own, b.own))
    .map(({ condition }) => condition)

/**
 * Plans the sessions of a lesion study. Times the ways first where that pays off; outside a study, and after
 * the engine died, blocks are gated.
 */
export const planLesions: PlanSessions = async (conditions, { model, images, run }) => {
  const units = conditions.filter(removesUnit)
  const blocks = conditions.filter((condition) => !removesUnit(condition))
  const ofUnits = units.length > 0 ? [unitSession(model, units)] : []
  if (blocks.length === 0) return ofUnits
  const subsets = subsetsOf(blocks).map(({ removed }) => removed)
  const times = await timesOf(run, worthATrial(model, subsets, images))
  return run?.job.signal.aborted ? [] : [...lesionSessions(model, blocks, images, times), ...ofUnits]
}

/** Times, or the reason to gate. After a death of the engine, gates find the image and condition it died of. */
async function timesOf(run: MeasureContext | null, worth: boolean): Promise<LesionTimes | string> {
  if (!run) return 'nothing is timed here'
  return run.job.crashes > 0 && !run.progress.moved()
    ? 'the engine died here before'
    : await timesForLesion(run, worth)
}
