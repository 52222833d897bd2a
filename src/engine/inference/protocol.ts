import type { Attack } from '#shared/attacks.ts'
import type { SaliencyMethod } from '#shared/contract/maps.ts'
import type { Facts } from './facts.ts'
import type { Reading } from './readout.ts'

export type ProviderName = 'cpu' | 'cuda' | 'tensorrt' | 'webgpu'

/** Where a graph runs. */
export interface Runtime {
  provider: ProviderName
  /** Threads of one operator; 0 leaves it to ONNX Runtime. */
  threads: number
}

/** What a worker needs to know of a classifier's graph. */
export interface ClassifierGraph {
  path: string
  input: string
  output: string
  height: number
  width: number
  classes: number
  /** The outputs are a softmax already. */
  probabilities: boolean
}

/** A classifier whose input is uint8 [batch, height, width, 3], or float32 in [0,1] of the same shape. */
export interface OpenRequest extends Runtime, ClassifierGraph {
  pixelType: 'uint8' | 'float32'
}

/**
 * The graphs an attack needs, both taking float32 [batch, height, width, 3] in [0,1]: one that also gives the gradient
 * of the loss whose labels are fed, and the forward pass alone.
 */
export interface OpenAttackRequest extends Runtime, ClassifierGraph {
  gradientPath: string
}

export interface OpenTensorsRequest extends Runtime {
  path: string
}

/** An input besides the pixels, e.g. the gates of blocks; or any input of a graph run by names. */
export interface Feed {
  name: string
  data: Float32Array
  shape: number[]
}

export interface Slice {
  pixels: SharedArrayBuffer
  /** Index of the first image of the call, and images per call. */
  first: number
  batch: number
}

export type Opening =
  | { kind: 'open'; request: OpenRequest }
  | { kind: 'openAttack'; request: OpenAttackRequest }
  | { kind: 'openTensors'; request: OpenTensorsRequest }

/** Work for a worker that was opened for it. Of a slice the first `rows` images are meant, the rest is padding. */
export type Asked =
  | ({ kind: 'run'; rows: number; readings: Reading[]; feeds: Feed[] } & Slice)
  /** As `run`, but the answer is the outputs themselves. */
  | ({ kind: 'outputs'; rows: number; feeds: Feed[] } & Slice)
  /**
   * Attacks 8-bit images. `runs` share all but `steps` (or, for fgsm and sign, all but `epsilon`): one trajectory serves
   * them all. `keys` are the images' digests. `keep` asks for the adversarial images of the last run.
   */
  | ({
      kind: 'attack'
      rows: number
      targets: Int32Array
      keys: string[]
      runs: Attack[]
      keep: boolean
    } & Slice)
  | { kind: 'tensors'; feeds: Feed[]; outputs: string[] }
  | ({ kind: 'attribution' } & AttributionPart)

/**
 * A part of the gradients that a saliency map is made of, by a graph of `crossEntropyGradient` on float pixels: those at
 * points `first` to `first + count - 1` of the method, `batch` of them in one call (the last call is padded).
 */
export interface AttributionPart {
  /** [height, width, 3] in [0,1]. */
  image: Float32Array
  height: number
  width: number
  /** Digest of the image, for the noise. */
  key: string
  method: SaliencyMethod
  /** Mean colour of the preprocessing, in [0,1]. */
  baseline: readonly [number, number, number]
  /** What the graph is fed as labels (of one image) and weight: decides what is differentiated. */
  labels: Float32Array
  weight: number
  first: number
  count: number
  batch: number
}

/** What each kind of work gives. */
export interface Answers {
  open: undefined
  openAttack: undefined
  openTensors: undefined
  /** Facts per reading. */
  run: { facts: Facts[]; milliseconds: number }
  outputs: { outputs: Float32Array; milliseconds: number }
  /** Facts per run; `images` are float32 [rows, height, width, 3] in [0,1]. */
  attack: { facts: Facts[]; images: Float32Array | null; milliseconds: number }
  /** Weighted sum of the gradients [height, width, 3], not yet divided. */
  attribution: { sum: Float64Array; milliseconds: number }
  tensors: { outputs: { data: Float32Array; shape: number[] }[]; milliseconds: number }
}

/** What an opened worker can do. */
export interface Opened {
  ask(asked: Asked): Promise<Answers[Asked['kind']]>
  release(): Promise<void>
}
