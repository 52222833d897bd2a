import type { PlannedCondition } from '../../facts/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { ConditionContext } from './contexts.ts'

/** How images are computed where it is not one forward pass for each condition. */
export interface ConditionWork {
  /** Equal for conditions that are computed together; null for one that is an ordinary forward pass. */
  together(stored: PlannedCondition): string | null
  /** What one image costs under conditions that are computed together, in forward passes of the model. */
  forwards(conditions: readonly PlannedCondition[]): number
}

/** What may be looked at to tell what else a study computes. */
export interface WorkContext extends ConditionContext {
  /** Images the study is about. */
  images: number
  /**
   * Images that are settled for a model: of the condition with most facts, the first aside; all images after a whole
   * run of a study without conditions.
   */
  settled(model: StoredModel): number
}

/** Images that are computed for no condition of a model of the study, e.g. for saliency. */
export interface ExtraWork {
  model: StoredModel
  images: number
  /** How many of them are there already. */
  stored: number
  /** What one image costs, in forward passes of the model. */
  forwards: number
}

/** What sessions of a changed graph would cost. */
export interface SessionEstimate {
  /** null where nothing was timed: then every image counts as one pass of the model. */
  seconds: number | null
  /** What the estimate decides, in words. */
  note: string
}

/** What an estimate of sessions may look at. */
export interface EstimateContext {
  db: Db
  model: StoredModel
  /** Images the study is about. */
  images: number
}
