import { KernelscopeError } from '#shared/errors.ts'
import type { Graph } from '../graph.ts'
import { GraphBuilder, int, ints, renameUses } from './build.ts'
import { floatOutputs } from './floatInterface.ts'

/** Mean and standard deviation per channel (red, green, blue) of values in [0,1]. */
export interface Normalisation {
  mean: readonly [number, number, number]
  std: readonly [number, number, number]
  /** Height and width of the images in pixels, for a network that takes any. */
  size?: readonly [number, number]
}

/** Name of the input for pixels. */
export const pixelsInput = 'pixels'

/**
 * Replaces the image input of a graph by `pixels`: uint8 [N,H,W,3], RGB, 0 to 255. Transposition, scaling and
 * normalisation are done in the graph, as one multiplication and one addition per channel:
 * (p/255 - mean)/std = p * 1/(255 std) - mean/std. Bytes are transposed before they are converted to floats, and whole
 * planes are scaled, because ONNX Runtime takes several times as long for three values per pixel. Outputs of float16 become
 * float32, which is what is read of a session.
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

/** Factors of the channels by which a graph scales pixels in units of 1/`unit`: 1/(unit std). */
export const pixelScale = (
  { std: [red, green, blue] }: Pick<Normalisation, 'std'>,
  unit: number,
): [number, number, number] => [1 / (unit * red), 1 / (unit * green), 1 / (unit * blue)]

/** Name of the input that `scaleFed` adds. */
export const scaleInput = 'pixels/scale'

/**
 * Takes the factors by which a graph of `acceptFloats` scales its pixels from an input, float32 [3,1,1], instead of a constant.
 * With those for levels (`pixelScale` for 255) and levels as floats it computes what `acceptPixels` does, to the bit. A
 * backward pass in the graph keeps the constant: it gives the gradient with respect to the image in [0,1] in either case.
 */
export function scaleFed(graph: Graph): Graph {
  const planar = graph.nodes.find(({ inputs }) => inputs[0] === pixelsInput)?.outputs[0]
  const scaling = graph.nodes.find(({ op, inputs }) => op === 'Mul' && inputs[0] === planar)
  if (planar === undefined || !scaling)
    throw new KernelscopeError('INTERNAL', 'the graph does not scale its pixels')
  const fed = { ...scaling, inputs: [planar, scaleInput] }
  return new GraphBuilder(graph, pixelsInput).finish({
    inputs: [...graph.inputs, { name: scaleInput, type: 'float32', shape: [3, 1, 1] }],
    nodes: graph.nodes.map((node) => (node === scaling ? fed : node)),
  })
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
  const given = floatOutputs(graph)
  const build = new GraphBuilder(given, pixelsInput)
  const perChannel = [3, 1, 1]
  const scale = build.constant(pixelScale({ std }, unit), 'float32', perChannel)
  const shift = build.constant([-meanR / stdR, -meanG / stdG, -meanB / stdB], 'float32', perChannel)
  const planar = build.node('Transpose', [pixelsInput], { perm: ints([0, 3, 1, 2]) })
  const floats = type === 'float32' ? planar : build.node('Cast', [planar], { to: int(1) })
  const normalised = build.node('Add', [build.node('Mul', [floats, scale]), shift])
  const image = input.type === 'float16' ? build.node('Cast', [normalised], { to: int(10) }) : normalised
  return build.finish({
    inputs: [{ name: pixelsInput, type, shape: [batch, height, width, 3] }],
    nodes: renameUses(given.nodes, new Map([[input.name, image]])),
  })
}
