import type { StoredCondition } from '../../facts/index.ts'
import type { Feed } from '../../inference/index.ts'
import type { GraphPlan, StoredModel } from '../../models/index.ts'
import type { MeasureContext } from './contexts.ts'

/** Conditions that one session serves, and the graph it opens. */
export interface SessionPlan {
  graph: GraphPlan
  conditions: StoredCondition[]
  /** Said in the job's note. */
  note: string
  /** Where inputs differ from condition to condition, a call holds rows of one condition only. */
  feedsOf: ((condition: StoredCondition) => Feed[]) | null
}

/** What choosing the sessions of changed graphs may look at. */
export interface SessionContext {
  model: StoredModel
  /** Images the study is about. */
  images: number
  /** The run, where trials may be made; null outside a study. */
  run: MeasureContext | null
}

/** Sorts conditions that change the model's graph into sessions. */
export type PlanSessions = (
  conditions: StoredCondition[],
  context: SessionContext,
) => SessionPlan[] | Promise<SessionPlan[]>
