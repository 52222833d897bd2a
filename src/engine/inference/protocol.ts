import type { Attack } from '#shared/attacks.ts'
import type { SaliencyMethod } from '#shared/contract/maps.ts'
import type { PaddingTrial, SegmentFiles } from '../onnx/index.ts'
import type { LeastEpsilons } from './attacks/strong/leastEpsilons.ts'
import type { Facts } from './facts.ts'
import type { Reading } from './readout.ts'

export type ProviderName = 'cpu' | 'cuda' | 'tensorrt' | 'webgpu'

/** Execution provider and threads of a graph. */
export interface Runtime {
  provider: ProviderName
  /** Threads of one operator; 0: ONNX Runtime chooses. */
  threads: number
}

/** A classifier's graph, as an inference worker opens it. */
export interface ClassifierGraph {
  path: string
  input: string
  output: string
  height: number
  width: number
  classes: number
  /** Whether the outputs are already probabilities. */
  probabilities: boolean
}

/** Opens a classifier with an input uint8 [batch, height, width, 3], or float32 in [0,1] of the same shape. */
export interface OpenRequest extends Runtime, ClassifierGraph {
  pixelType: 'uint8' | 'float32'
  /** The graph in segments, one for each block; then `path` is not opened. */
  segments?: readonly SegmentFiles[]
}

/**
 * Calls with the same `images` have the same pixels, and a graph in segments computes what they share once: what comes
 * before the first block whose gate is another than in the call before.
 */
export interface SharedCall {
  images: number
  /** Numbers of segments after which later calls with the same pixels go on, so what is alive there is worth keeping. */
  keep: readonly number[]
}

/**
 * Opens the two graphs of an attack. Both take float32 [batch, height, width, 3]. One also gives the gradient of the loss
 * for the labels that are fed; the other has the forward pass alone, for images in [0,1].
 */
export interface OpenAttackRequest extends Runtime, ClassifierGraph {
  gradientPath: string
  /** Factors of the channels that the gradient graph is fed for images in [0,1], and for levels from 0 to 255. */
  scale: readonly number[]
  scaleOfLevels: readonly number[]
  /** Both graphs take exactly as many images as a batch has. */
  fixed: boolean
}

export interface OpenTensorsRequest extends Runtime {
  path: string
  /** The file is the user's, not a variant: it is opened as it is, and nothing is written beside it. */
  original?: boolean
}

/** An input of a graph by name. For a classifier: an input other than the pixels, such as the gates of blocks. */
export interface Feed {
  name: string
  data: Float32Array
  shape: number[]
}

/** What a trial found: milliseconds a call of one thread, and whether all bits of the outputs are the same. */
export interface PaddingTimes {
  plain: number
  padded: number
  same: boolean
}

export interface BatchSlice {
  pixels: SharedArrayBuffer
  /** Index of the first image of the call, and images per call. */
  first: number
  batch: number
}

export type OpenTask =
  | { kind: 'open'; request: OpenRequest }
  | { kind: 'openAttack'; request: OpenAttackRequest }
  | { kind: 'openTensors'; request: OpenTensorsRequest }

/** Times convolutions both ways in a worker that opens nothing else. */
export type TimingTask = { kind: 'timePadding'; trials: readonly PaddingTrial[] }

/** Releases the sessions, so that others can be opened. */
export type ReleaseTask = { kind: 'release' }

/** A task for an open worker. The first `rows` images of a slice are computed; the others are padding. */
export type InferenceTask =
  | ({ kind: 'run'; rows: number; readings: Reading[]; feeds: Feed[]; shared?: SharedCall } & BatchSlice)
  /** Like `run`, but gives the outputs instead of facts. */
  | ({ kind: 'outputs'; rows: number; feeds: Feed[] } & BatchSlice)
  /**
   * Attacks 8-bit images. One trajectory serves all `runs`, which differ only in `steps` (fgsm, sign and cw: in `epsilon`).
   * `keys` are the images' digests. With `keep` the answer has the adversarial images of the last run. With `older` the gradient
   * at the images themselves has the last digits of versions before clean predictions came with it. The attack ends with
   * CANCELLED once the first number of `stop` is not 0.
   */
  | ({
      kind: 'attack'
      rows: number
      targets: Int32Array
      keys: string[]
      runs: Attack[]
      keep: boolean
      older?: boolean
      stop?: Int32Array
    } & BatchSlice)
  /** Searches the least epsilon of an attack that makes the answers for 8-bit images wrong; see `leastEpsilons`. */
  | ({
      kind: 'leastEpsilons'
      rows: number
      targets: Int32Array
      keys: string[]
      attack: Attack
      halvings: number
      stop?: Int32Array
    } & BatchSlice)
  /** What the graphs of an attack give for 8-bit images, so that it can be compared. */
  | ({ kind: 'scores'; rows: number } & BatchSlice)
  | { kind: 'tensors'; feeds: Feed[]; outputs: string[] }
  | ({ kind: 'attribution' } & AttributionPart)

/**
 * A part of the gradients of a saliency map, by a graph of `crossEntropyGradient` on float pixels. It has the points
 * `first` to `first + count - 1` of the method, `batch` per call; the last call is padded.
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
  /** Labels (of one image) and weight that are fed to the graph. They decide what is differentiated; see gradientNames. */
  labels: Float32Array
  weight: number
  first: number
  count: number
  batch: number
}

/** The answer to each kind of task. */
export interface Answers {
  open: undefined
  openAttack: undefined
  openTensors: undefined
  timePadding: PaddingTimes[]
  release: undefined
  /** Facts for each reading. */
  run: { facts: Facts[]; milliseconds: number }
  outputs: { outputs: Float32Array; milliseconds: number }
  /**
   * Facts for each run; `clean` are those of the images themselves, where a gradient was taken at them; `images` are float32
   * [rows, height, width, 3] in [0,1].
   */
  attack: { facts: Facts[]; clean: Facts | null; images: Float32Array | null; milliseconds: number }
  leastEpsilons: LeastEpsilons & { milliseconds: number }
  /**
   * For the first `rows` images: outputs [rows, classes] and gradient [rows, height, width, 3] of the cross entropy with class
   * 0 by the gradient graph, and outputs by the other.
   */
  scores: { clean: Float32Array; gradient: Float32Array; attacked: Float32Array; milliseconds: number }
  /** Weighted sum of the gradients [height, width, 3], not divided by the number of points. */
  attribution: { sum: Float64Array; milliseconds: number }
  tensors: { outputs: { data: Float32Array; shape: number[] }[]; milliseconds: number }
}

/** The open sessions of a worker. */
export interface WorkerSessions {
  ask(asked: InferenceTask): Promise<Answers[InferenceTask['kind']]>
  release(): Promise<void>
}
