import type { StoredCondition } from '../../facts/index.ts'
import type { Feed } from '../../inference/index.ts'
import type { GraphPlan, StoredModel } from '../../models/index.ts'
import type { MeasureContext } from './contexts.ts'

/** Conditions measured in one session, and the graph it opens. */
export interface SessionPlan {
  graph: GraphPlan
  conditions: StoredCondition[]
  /** Appended to the note of the job. */
  note: string
  /**
   * The feeds of a condition, where they differ by condition: then a call holds rows of one condition only.
   * Else null.
   */
  feedsOf: ((condition: StoredCondition) => Feed[]) | null
  /**
   * The graph is in segments: the images of a call are computed under all conditions, in their order, before the next ones.
   */
  shared?: true
}

/** What `sessions` of a definition may use. */
export interface SessionContext {
  model: StoredModel
  /** Number of images of the study. */
  images: number
  /** The run, where trials may be made; null outside a study. */
  run: MeasureContext | null
}

/** Groups conditions that change the model's graph into sessions. */
export type PlanSessions = (
  conditions: StoredCondition[],
  context: SessionContext,
) => SessionPlan[] | Promise<SessionPlan[]>
