import { intOf, intsOf, type Graph, type Node } from '../graph.ts'
import { inferShapes, type Shapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { windowOf, type SlidingWindow } from '../shape/spatial.ts'
import { GraphBuilder, int, ints, string } from './build.ts'

/** A depthwise convolution in float32 whose images are padded with columns of zeros. Sizes are in pixels. */
export interface PaddedConvolution extends SlidingWindow {
  channels: number
  /** Height and width of its images, without the padding. */
  spatial: readonly [number, number]
}

/** Kernels that reach over fewer columns gain too little: padding takes as long as they do. */
const leastReach = 9

/** The depthwise convolutions of a graph with wide kernels and padding at the sides, each form once. */
export function paddedConvolutions(graph: Graph): PaddedConvolution[] {
  if (!graph.nodes.some(mayBeWide)) return []
  const shapes = inferShapes(graph, inputSizes(graph))
  const found = graph.nodes.flatMap((node) => asPadded(node, shapes) ?? [])
  return [...new Map(found.map((one) => [convolutionText(one), one])).values()]
}

/**
 * Pads images before a convolution instead of in it: with columns of zeros at the sides, by a convolution whose kernel is one 1.
 * Rows stay the padding of the convolution. ONNX Runtime computes columns beside the border one by one, and the others six at
 * a time, so a wide kernel takes up to half the time. It adds the same products in the same order, and some zeros: with finite
 * weights the outputs are the same to the bit.
 *
 * @param chosen the convolutions to pad, of `paddedConvolutions`
 */
export function padColumns(graph: Graph, chosen: readonly PaddedConvolution[]): Graph {
  const shapes = inferShapes(graph, inputSizes(graph))
  const wanted = new Set(chosen.map(convolutionText))
  const build = new GraphBuilder(graph, 'padded')
  const nodes = graph.nodes.map((node) => {
    const padded = asPadded(node, shapes)
    if (!padded || !wanted.has(convolutionText(padded))) return node
    const { channels, begin, end } = padded
    const [image = '', ...others] = node.inputs
    const one = build.constant(new Array<number>(channels).fill(1), 'float32', [channels, 1, 1, 1])
    const columns = ints([0, begin[1] ?? 0, 0, end[1] ?? 0])
    const wide = build.node('Conv', [image, one], { group: int(channels), pads: columns })
    const rows = ints([begin[0] ?? 0, 0, end[0] ?? 0, 0])
    const attributes = { ...node.attributes, pads: rows, auto_pad: string('NOTSET') }
    return { ...node, inputs: [wide, ...others], attributes }
  })
  return build.finish({ nodes })
}

/** A text that is the same for equal convolutions. */
export const convolutionText = ({
  channels,
  spatial,
  kernel,
  strides,
  dilations,
  begin,
  end,
}: PaddedConvolution): string => JSON.stringify([channels, spatial, kernel, strides, dilations, begin, end])

/** What can be told without shapes. */
const mayBeWide = (node: Node): boolean =>
  node.op === 'Conv' &&
  node.domain === '' &&
  intOf(node, 'group', 1) > 1 &&
  reachOf(intsOf(node, 'kernel_shape')?.[1] ?? leastReach, intsOf(node, 'dilations')?.[1]) >= leastReach

/** Columns from the first to the last of a kernel. */
const reachOf = (columns = 1, dilation = 1) => (columns - 1) * dilation + 1

function asPadded(node: Node, shapes: Shapes): PaddedConvolution | null {
  if (!mayBeWide(node)) return null
  const [image, weight] = node.inputs.map((name) => shapes.get(name))
  const [, channels = 0, height, width] = image?.shape ?? []
  const [outputs, perGroup, ...kernel] = weight?.shape ?? []
  if (image?.type !== 'float32' || height === undefined || width === undefined || kernel.length !== 2)
    return null
  if (perGroup !== 1 || outputs !== channels || intOf(node, 'group', 1) !== channels) return null
  const window = windowOf(node, kernel, [height, width])
  const sides = (window.begin[1] ?? 0) + (window.end[1] ?? 0)
  if (reachOf(kernel[1], window.dilations[1]) < leastReach || sides === 0) return null
  return { channels, spatial: [height, width], ...window }
}
