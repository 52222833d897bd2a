import type { ErrorShape } from '#shared/errors.ts'
import type { Facts } from './facts.ts'

export type ProviderName = 'cpu' | 'cuda' | 'tensorrt' | 'webgpu'

/** How a worker opens a graph whose input is uint8 [batch, height, width, 3]. */
export interface OpenRequest {
  path: string
  input: string
  output: string
  height: number
  width: number
  classes: number
  provider: ProviderName
  /** Threads of one operator; 0 leaves it to ONNX Runtime. */
  threads: number
  probabilities: boolean
}

/** A small input besides the pixels, e.g. the gates of blocks. */
export interface Feed {
  name: string
  data: Float32Array
  shape: number[]
}

/**
 * Messages to an inference worker. The call takes `batch` images of `pixels` from image `first` on; its first `rows`
 * are meant, the rest is padding.
 */
export type ToWorker =
  | { type: 'open'; request: OpenRequest }
  | {
      type: 'run'
      id: number
      pixels: SharedArrayBuffer
      first: number
      batch: number
      rows: number
      targets: Int32Array
      feeds: Feed[]
    }
  /** As `run`, but the answer is the outputs themselves. */
  | {
      type: 'outputs'
      id: number
      pixels: SharedArrayBuffer
      first: number
      batch: number
      rows: number
      feeds: Feed[]
    }
  | { type: 'close' }

export type FromWorker =
  | { type: 'opened' }
  | { type: 'facts'; id: number; facts: Facts; milliseconds: number }
  | { type: 'outputs'; id: number; outputs: Float32Array; milliseconds: number }
  | { type: 'failed'; id: number | null; problem: ErrorShape }
