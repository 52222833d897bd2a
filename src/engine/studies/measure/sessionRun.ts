import type { ImagePool } from '../../images/index.ts'
import type { Classifier } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { SessionPlan } from '../definition/index.ts'
import type { DrawsReader } from '../masks/reader.ts'

/** What of a study is measured in one session. */
export interface SessionRun {
  db: Db
  pool: ImagePool
  classifier: Classifier
  plan: SessionPlan
  draws: DrawsReader | null
  signal: AbortSignal
  /** Deaths of the engine at the place where this begins; its first rows are then tried in smaller calls. */
  crashes: number
  enterNative(): void
  /** Called after every batch and every chunk with what came since the last call. */
  onProgress(step: { computed: number; cached: number; failed: number }): void
}
