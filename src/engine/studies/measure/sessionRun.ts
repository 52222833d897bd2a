import type { ImagePool } from '../../images/index.ts'
import type { Classifier } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { Stretch } from '../../facts/index.ts'
import type { SessionPlan, Step } from '../definition/index.ts'
import type { Pace } from './pace.ts'
import type { DrawsReader } from '../masks/reader.ts'

/** The part of a study that one session measures. */
export interface SessionRun {
  db: Db
  pool: ImagePool
  classifier: Classifier
  plan: SessionPlan
  draws: DrawsReader | null
  /** Seed of the order of images. */
  order: number
  /** The part of the order that is measured. */
  stretch: Stretch
  signal: AbortSignal
  /** How often the engine died where this run starts. Its first rows are then computed in smaller calls. */
  crashes: number
  enterNative(): void
  /** Takes the time of the run's own work. */
  pace: Pace
  /** Called after every batch and every chunk with the counts since the last call. */
  onProgress(step: Step): void
}
