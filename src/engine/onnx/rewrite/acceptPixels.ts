import { KernelscopeError } from '#shared/errors.ts'
import type { Graph } from '../graph.ts'
import { GraphBuilder, int, ints, renameUses } from './build.ts'

/** Mean and standard deviation per channel (red, green, blue) of values in [0,1]. */
export interface Normalisation {
  mean: readonly [number, number, number]
  std: readonly [number, number, number]
}

/** Name of the input for pixels. */
export const pixelsInput = 'pixels'

/**
 * Replaces the image input of a graph by `pixels`: uint8 [N,H,W,3], RGB, 0 to 255. Transposition, scaling and
 * normalisation are done in the graph, as one multiplication and one addition per channel:
 * (p/255 - mean)/std = p * 1/(255 std) - mean/std. Bytes are transposed before they are converted to floats, and whole
 * planes are scaled, because ONNX Runtime takes several times as long for three values per pixel.
 *
 * @throws MODEL_UNSUPPORTED where the input is not a float tensor [N,3,H,W]
 */
export function acceptPixels(graph: Graph, normalisation: Normalisation): Graph {
  return acceptImages(graph, normalisation, { type: 'uint8', unit: 255 })
}

/**
 * Like `acceptPixels`, but `pixels` is float32 in [0,1]. For images that do not fit in 8 bits, and for gradients with
 * respect to the image.
 *
 * @throws MODEL_UNSUPPORTED where the input is not a float tensor [N,3,H,W]
 */
export function acceptFloats(graph: Graph, normalisation: Normalisation): Graph {
  return acceptImages(graph, normalisation, { type: 'float32', unit: 1 })
}

function acceptImages(
  graph: Graph,
  { mean, std }: Normalisation,
  { type, unit }: { type: 'uint8' | 'float32'; unit: number },
): Graph {
  const input = graph.inputs[0]
  const [batch = null, channels, height = null, width = null] = input?.shape ?? []
  if (graph.inputs.length !== 1 || !input || input.shape?.length !== 4 || channels !== 3)
    throw new KernelscopeError('MODEL_UNSUPPORTED', 'input: must be one tensor [N,3,H,W]')
  if (input.type !== 'float32' && input.type !== 'float16')
    throw new KernelscopeError('MODEL_UNSUPPORTED', `input ${input.name}: must be float32, is ${input.type}`)
  const [meanR, meanG, meanB] = mean
  const [stdR, stdG, stdB] = std
  const build = new GraphBuilder(graph, pixelsInput)
  const perChannel = [3, 1, 1]
  const scale = build.constant(
    [1 / (unit * stdR), 1 / (unit * stdG), 1 / (unit * stdB)],
    'float32',
    perChannel,
  )
  const shift = build.constant([-meanR / stdR, -meanG / stdG, -meanB / stdB], 'float32', perChannel)
  const planar = build.node('Transpose', [pixelsInput], { perm: ints([0, 3, 1, 2]) })
  const floats = type === 'float32' ? planar : build.node('Cast', [planar], { to: int(1) })
  const normalised = build.node('Add', [build.node('Mul', [floats, scale]), shift])
  const image = input.type === 'float16' ? build.node('Cast', [normalised], { to: int(10) }) : normalised
  return build.finish({
    inputs: [{ name: pixelsInput, type, shape: [batch, height, width, 3] }],
    nodes: renameUses(graph.nodes, new Map([[input.name, image]])),
  })
}
