import { KernelscopeError } from '#shared/errors.ts'
import { generator } from '#shared/random.ts'
import { unitFloats } from '#shared/maths/unit.ts'
import { openTensors, type Feed, type TensorSession } from '../../inference/index.ts'
import { classifierInterface, onGraphThread, pixelsInput, type VariantPlan } from '../../onnx/index.ts'
import type { StoredModel } from '../store.ts'
import { fileOfModel } from '../intendedFile.ts'

/** Not the provider of the settings: every machine has a CPU, and one thread leaves the other cores to the user. */
export const runtime = { provider: 'cpu', threads: 1 } as const

/** A model with random pixels and its logits on them, for every check of the model. */
export interface Trial {
  model: StoredModel
  directory: string
  signal: AbortSignal
  images: number
  height: number
  width: number
  /** Random 8-bit pixels [images, H, W, 3]. */
  pixels: Uint8Array
  /** Logits of the model itself, [images, classes]. */
  logits: Float32Array
}

/**
 * Called before every run, because a run cannot be stopped.
 *
 * @throws CANCELLED where the signal is aborted
 */
export function checkWanted({ model, signal }: Pick<Trial, 'model' | 'signal'>): void {
  if (signal.aborted) throw new KernelscopeError('CANCELLED', `the self-check of ${model.title} was stopped`)
}

/**
 * Runs the model on random pixels.
 *
 * @throws MODEL_UNSUPPORTED where its output is not [N, classes]
 */
export async function firstRun(model: StoredModel, directory: string, signal: AbortSignal): Promise<Trial> {
  const { input, output, batch, classes } = classifierInterface(model.inspection)
  const images = batch === 'dynamic' ? 1 : batch
  const [height, width] = model.preprocessing.size
  const random = generator('selfCheck', 0, model.digest)
  const pixels = Uint8Array.from({ length: images * height * width * 3 }, () =>
    Math.floor(random.uniform() * 256),
  )
  const { mean, std } = model.preprocessing
  const planar = new Float32Array(pixels.length)
  const size = height * width
  pixels.forEach((value, at) => {
    const channel = at % 3
    const place = Math.floor(at / 3)
    const image = Math.floor(place / size)
    planar[(image * 3 + channel) * size + (place % size)] =
      (value / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1)
  })
  const feeds = [{ name: input, data: planar, shape: [images, 3, height, width] }]
  const { checkpoint, inputs, outputs } = model.inspection
  // A checkpoint is no file that ONNX Runtime opens, and sessions are given float32.
  const path =
    (checkpoint ?? [...inputs, ...outputs].some(({ type }) => type !== 'float32'))
      ? await variant({ model, directory }, { op: 'itself' })
      : model.path
  const logits = await within(path, async (session) => (await session.run(feeds, [output])).outputs[0], {
    original: true,
  })
  if (logits?.data.length !== images * classes)
    throw new KernelscopeError('MODEL_UNSUPPORTED', `${model.title}: output ${output} is not [N,${classes}]`)
  return { model, directory, signal, images, height, width, pixels, logits: logits.data }
}

/**
 * Opens a graph file for the time of the work.
 *
 * @param original whether it is the model's own file
 */
export async function within<T>(
  path: string,
  work: (session: TensorSession) => Promise<T>,
  { original = false } = {},
): Promise<T> {
  const session = await openTensors({ path, ...runtime, original })
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

/** Writes a variant of the model and gives the path of its file. */
export const variant = ({ model, directory }: Pick<Trial, 'model' | 'directory'>, plan: VariantPlan) =>
  onGraphThread({
    kind: 'variant',
    ...fileOfModel(model),
    directory,
    name: `${model.digest.slice(0, 16)}-check-${plan.op}`,
    plan,
  })

/** The pixels as float32 [images, H, W, 3] in [0,1]. */
export function floatPixels({ pixels, images, height, width }: Trial): Feed {
  const data = unitFloats(pixels)
  return { name: pixelsInput, data, shape: [images, height, width, 3] }
}

/** Values of the first output. */
export const first = (outputs: { data: Float32Array }[]): Float32Array =>
  outputs[0]?.data ?? new Float32Array()

/** Relative distance ||a - b|| / ||b||; Infinity where the lengths differ or a number is not finite. */
export function distance(a: Float32Array, b: Float32Array): number {
  let difference = 0
  let norm = 0
  for (let at = 0; at < b.length; at++) {
    difference += ((a[at] ?? NaN) - (b[at] ?? NaN)) ** 2
    norm += (b[at] ?? NaN) ** 2
  }
  const result = Math.sqrt(difference / Math.max(norm, Number.MIN_VALUE))
  return Number.isNaN(result) || a.length !== b.length ? Infinity : result
}
