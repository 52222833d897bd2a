import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { ImagePool } from '../images/index.ts'
import type { Log } from '../base/log.ts'
import type { KeptMaps } from './kept.ts'
import type { OpenSessions } from './sessions.ts'

/** An image file with its digest (sha256, hex). */
export interface ImageFile {
  path: string
  digest: string
  /** The model's index of its class; null where it has none that the model knows. */
  trueClass: number | null
}

/** What computing a map needs. */
export interface MapContext {
  pool: ImagePool
  settings: Pick<Settings, 'provider' | 'threads'>
  log: Log
  sessions: OpenSessions
  kept: KeptMaps
  /** Folder for variant graphs and their weights. */
  weights: string
  signal: AbortSignal
}

/** What is done so far. */
export interface Progress {
  type: 'progress'
  done: number
  total: number
  unit: string
  note: string
}

/** Progress, and the result at the end. */
export type Working<T> = AsyncGenerator<Progress | { type: 'result'; result: T }, void, undefined>

/** Throws CANCELLED where the work is no longer wanted. */
export function checkWanted({ signal }: Pick<MapContext, 'signal'>): void {
  if (signal.aborted) throw new KernelscopeError('CANCELLED', 'the picture is no longer wanted')
}
