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

/** Predictions that are wanted again: of one model under one rewrite and readout. */
export interface RecomputeRequest {
  /** Variants of the graph are written here. */
  workspace: Workspace
  pool: ImagePool
  settings: Settings
  log: Log
  /** With the labels and the preprocessing of the facts. */
  model: StoredModel
  preprocessing: Preprocessing
  rewrite: Rewrite
  readout: Readout
  /** sha256 of the file and true class of each image, and what is done to it. */
  items: { path: string; digest: string; className: string; transform: Transform }[]
  draws: Draws | null
  signal: AbortSignal
}

/** What the model says now, or why it cannot be asked; one entry per item. */
export interface Recomputed {
  provider: string
  answers: ({ predicted: number; confidence: number; trueProbability: number | null } | ErrorShape)[]
}
