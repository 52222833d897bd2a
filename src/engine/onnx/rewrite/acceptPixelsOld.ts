import { KernelscopeError } from '#shared/errors.ts'
import type { Graph } from '../graph.ts'
import { GraphBuilder, int, ints, renameUses } from './build.ts'

/** Mean and standard deviation per channel (red, green, blue) of values in [0,1]. */
export interface Normalisation {
  mean: readonly [number, number, number]
  std: readonly [number, number, number]
}

/** Name of the input that takes pixels. */
export const pixelsInput = 'pixels'

/**
 * The graph with its image input replaced by `pixels`: uint8 [N,H,W,3], RGB, 0 to 255. Scaling, normalisation and
 * transposition happen in the graph, as one multiplication and one addition per channel:
 * (p/255 - mean)/std = p * 1/(255 std) - mean/std. Throws MODEL_UNSUPPORTED where the input is no float [N,3,H,W].
 */
export function acceptPixels(graph: Graph, normalisation: Normalisation): Graph {
  return acceptImages(graph, normalisation, { type: 'uint8', unit: 255 })
}

/**
 * As `acceptPixels`, but `pixels` is float32 in [0,1]: for images that 8 bit cannot hold, and for gradients with respect
 * to the image.
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
  const scale = build.constant([1 / (unit * stdR), 1 / (unit * stdG), 1 / (unit * stdB)], 'float32')
  const shift = build.constant([-meanR / stdR, -meanG / stdG, -meanB / stdB], 'float32')
  const floats = type === 'float32' ? pixelsInput : build.node('Cast', [pixelsInput], { to: int(1) })
  const scaled = build.node('Mul', [floats, scale])
  const planar = build.node('Transpose', [build.node('Add', [scaled, shift])], { perm: ints([0, 3, 1, 2]) })
  const image = input.type === 'float16' ? build.node('Cast', [planar], { to: int(10) }) : planar
  return build.finish({
    inputs: [{ name: pixelsInput, type, shape: [batch, height, width, 3] }],
    nodes: renameUses(graph.nodes, new Map([[input.name, image]])),
  })
}
