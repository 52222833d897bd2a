import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { ImagePool } from '../images/index.ts'
import type { Log } from '../base/log.ts'
import type { KeptMaps } from './kept.ts'
import type { OpenSessions } from './sessions.ts'

/** An image file with its digest (SHA-256, hex). */
export interface ImageFile {
  path: string
  digest: string
  /** Index of its true class among the model's classes; null where the model does not know the class. */
  trueClass: number | null
}

/** Services and settings needed to compute a map. */
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

/** How many units of the work are done. */
export interface Progress {
  type: 'progress'
  done: number
  total: number
  unit: string
  note: string
}

/** Yields progress, and the result at the end. */
export type MapStream<T> = AsyncGenerator<Progress | { type: 'result'; result: T }, void, undefined>

/** @throws CANCELLED where the signal is aborted */
export function checkWanted({ signal }: Pick<MapContext, 'signal'>): void {
  if (signal.aborted) throw new KernelscopeError('CANCELLED', 'the map is no longer wanted')
}
