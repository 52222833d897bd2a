import type { Preprocessing, Settings } from '#shared/contract/index.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Readout } from '#shared/readouts.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import type { Transform } from '#shared/transform.ts'
import type { Draws } from '#shared/transforms/index.ts'
import type { Log } from '../../base/log.ts'
import type { ImagePool } from '../../images/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Workspace } from '../../workspace/index.ts'

/** A request to compute predictions again, for one model under one rewrite and readout. */
export interface RecomputeRequest {
  /** Where changed graphs are written. */
  workspace: Workspace
  pool: ImagePool
  settings: Settings
  log: Log
  /** Has the labels and the preprocessing that the facts were measured with. */
  model: StoredModel
  preprocessing: Preprocessing
  rewrite: Rewrite
  readout: Readout
  /** The images: path, sha256 of the file, true class, and the transform. */
  items: { path: string; digest: string; className: string; transform: Transform }[]
  draws: Draws | null
  signal: AbortSignal
}

/** The predictions computed again, one entry per item: a prediction, or why there is none. */
export interface Recomputed {
  provider: string
  answers: ({ predicted: number; confidence: number; trueProbability: number | null } | ErrorShape)[]
}
