import { InferenceSession, Tensor } from 'onnxruntime-node'
import { KernelscopeError } from '#shared/errors.ts'
import type { Feed, Runtime, SharedCall } from './protocol.ts'
import { openThreads } from './split.ts'

/**
 * Opens a graph with the given provider, without a fallback.
 *
 * @param graph path of its file, or the file's bytes where it has no external weights
 * @param sleeping whether its threads sleep between operators instead of waiting awake, where other sessions run in turn
 */
export const createSession = (
  graph: string | Uint8Array,
  { provider, threads }: Runtime,
  { sleeping = false } = {},
): Promise<InferenceSession> => {
  const options = {
    executionProviders: [provider],
    intraOpNumThreads: threads > 0 ? threads : openThreads,
    interOpNumThreads: 1,
    logSeverityLevel: 3 as const,
    ...(sleeping ? { extra: { session: { intra_op: { allow_spinning: '0' } } } } : {}),
  }
  return typeof graph === 'string'
    ? InferenceSession.create(graph, options)
    : InferenceSession.create(graph, options)
}

/** A classifier's open graph. */
export interface OpenGraph {
  /** The output for pixels. `shared` is given where other calls have the same pixels. */
  output(pixels: Tensor, feeds: readonly Feed[], shared?: SharedCall): Promise<Tensor | undefined>
  release(): Promise<void>
}

export const floatTensor = (data: Float32Array, shape: readonly number[]) =>
  new Tensor('float32', data, shape)

export const feedTensors = (feeds: readonly Feed[]): Record<string, Tensor> =>
  Object.fromEntries(feeds.map(({ name, data, shape }) => [name, floatTensor(data, shape)]))

/**
 * The values of an output of any shape. The one place that says which element types are read: float32.
 *
 * @throws MODEL_UNSUPPORTED where the output is missing or has another type
 */
export function outputValues(tensor: Tensor | undefined, name: string): Float32Array {
  const data = tensor?.data
  if (data instanceof Float32Array) return data
  throw new KernelscopeError(
    'MODEL_UNSUPPORTED',
    `the output ${name} is ${tensor?.type ?? 'missing'}, not float32`,
  )
}

/**
 * The `length` values of an output.
 *
 * @throws MODEL_UNSUPPORTED where the output has another type or number of values
 */
export function floatsOf(tensor: Tensor | undefined, name: string, length: number): Float32Array {
  const data = outputValues(tensor, name)
  if (data.length === length) return data
  throw new KernelscopeError(
    'MODEL_UNSUPPORTED',
    `the output ${name} is [${tensor?.dims.join(', ') ?? ''}], not of ${length} values`,
  )
}
