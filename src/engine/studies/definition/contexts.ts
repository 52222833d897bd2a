import type { Dataset, Settings } from '#shared/contract/index.ts'
import type { Log } from '../../base/log.ts'
import type { ImageSource, PlannedCondition, StoredCondition, Stretch } from '../../facts/index.ts'
import type { ImagePool } from '../../images/index.ts'
import type { JobContext } from '../../jobs/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db, Workspace, WorkspaceFiles } from '../../workspace/index.ts'
import type { KeptSessions } from './keptSessions.ts'
import type { Tracker } from './progress.ts'

/** What a study's conditions may depend on, besides its parameters and the model. */
export interface ConditionContext {
  db: Db
  dataset: Dataset
  /** All models of the study. */
  models: readonly StoredModel[]
}

/** What `settle` of a definition may use. */
export interface SettleContext extends Omit<ConditionContext, 'models'> {
  signal?: AbortSignal | undefined
}

/** What a study needs to compute: where it reads and stores, and what it runs on. */
export interface RunContext {
  workspace: Workspace
  pool: ImagePool
  settings: Settings
  log: Log
}

/** What `measure` of a definition may use, for one model. */
export interface MeasureContext extends RunContext {
  model: StoredModel
  source: ImageSource
  /** Seed of the order in which images are measured. */
  order: number
  /** The part of the order that is measured now. What the conditions do not ask for is measured with the first part. */
  stretch: Stretch
  /** Conditions that had all their facts before the first part was measured. */
  whole: Set<StoredCondition>
  /** Sessions that stay open from one part to the next. */
  sessions: KeptSessions
  /** All models of the study. */
  models: readonly StoredModel[]
  /** The stored conditions of this model. */
  conditions: StoredCondition[]
  job: Omit<JobContext, 'job'>
  progress: Tracker
}

/** What a replay must fit. */
export interface FitContext {
  workspace: Pick<WorkspaceFiles, 'db' | 'draws'>
  models: readonly { model: StoredModel; conditions: readonly PlannedCondition[] }[]
  /** The images; null where they are not chosen yet. */
  source: ImageSource | null
}

/** What a view may use besides the grid. */
export interface ViewContext {
  workspace: WorkspaceFiles
  models: StoredModel[]
  source: ImageSource
}
