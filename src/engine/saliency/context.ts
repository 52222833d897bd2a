import type { Inspection, Preprocessing, Settings } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { CallSize } from '../inference/index.ts'
import type { ImagePool } from '../images/index.ts'
import type { Log } from '../base/log.ts'
import { classifierInterface } from '../onnx/index.ts'
import type { KeptMaps } from './kept.ts'
import type { OpenSessions } from './sessions.ts'

/** A model that is looked into: of the workspace, or a file. */
export interface InspectedModel {
  title: string
  path: string
  digest: string
  preprocessing: Preprocessing
  labels: readonly string[]
  classes: number
  parameters: number
  inspection: Inspection
}

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

/** Images per call of a graph with its backward pass, whose activations all stay in memory: fewer for large models. */
function gradientBatch({ inspection, parameters }: InspectedModel): number {
  const fixed = inspection.inputs[0]?.shape[0]
  if (typeof fixed === 'number') return fixed
  return parameters > 60e6 ? 2 : 8
}

/** The graph's own batch, else `usual`. */
export function callSize(model: Pick<InspectedModel, 'inspection'>, usual: number): CallSize {
  const { batch } = classifierInterface(model.inspection)
  return batch === 'dynamic' ? { most: usual, fixed: false } : { most: batch, fixed: true }
}

/** As `callSize`, of a graph with its backward pass. */
export const gradientCallSize = (model: InspectedModel): CallSize => callSize(model, gradientBatch(model))
