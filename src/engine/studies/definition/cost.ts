import type { PlannedCondition } from '../../facts/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { ConditionContext } from './contexts.ts'

/** The work of conditions that are not one forward pass each. */
export interface ConditionWork {
  /** A key that is equal for conditions computed together; null for an ordinary forward pass. */
  together(stored: PlannedCondition): string | null
  /** The cost of one image under conditions that are computed together, in forward passes of the model. */
  forwards(conditions: readonly PlannedCondition[], model: StoredModel): number
  /** Whether an ordinary pass is not made, because its answers come with others among `conditions`; left out = never. */
  comesAlong?(
    stored: PlannedCondition,
    conditions: readonly PlannedCondition[],
    context: { db: Db; model: StoredModel },
  ): boolean
  /** Whether conditions that are computed together may take less, because they end early; left out = never. */
  atMost?(conditions: readonly PlannedCondition[]): boolean
  /** The steps that `measure` reports say how much of this work an answer took (`weight`); left out = they do not. */
  toldBySteps?: true
}

/** What `extraWork` of a definition may use. */
export interface WorkContext extends ConditionContext {
  /** Number of images of the study. */
  images: number
  /**
   * Number of images that need no more work for a model: the largest number of facts of one condition, the
   * first condition left out. In a study without conditions: all images after a complete run, else 0.
   */
  settled(model: StoredModel): number
}

/** Images computed for no condition of a model of the study, e.g. for saliency. */
export interface ExtraWork {
  model: StoredModel
  images: number
  /** How many of them are stored already. */
  stored: number
  /** The cost of one image, in forward passes of the model. */
  forwards: number
  /** Answers that the job counts for one image; left out = one. */
  answers?: number
  /** It may take less, because it ends early. */
  atMost?: true
}

/** The estimated cost of sessions with a changed graph. */
export interface SessionEstimate {
  /** null where nothing was timed; then every image counts as one pass of the model. */
  seconds: number | null
  /** Forward passes of the whole model for one image, over all conditions; left out = one for each. */
  forwards?: number
  /** What the estimate decides, in words. */
  note: string
}

/** What an estimate of sessions may use. */
export interface EstimateContext {
  db: Db
  model: StoredModel
  /** Number of images of the study. */
  images: number
}
