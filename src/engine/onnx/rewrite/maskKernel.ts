import { KernelscopeError } from '#shared/errors.ts'
import type { Graph } from '../graph.ts'
import { GraphBuilder, renameUses } from './build.ts'

/** A convolution weight, and the side of its central window that is kept. */
export interface KernelWindow {
  /** Name of the weight, as in `inspect`. */
  weight: string
  window: number
}

/**
 * Sets convolution kernels to zero outside a central square of window x window. The weights stay shared, because the mask
 * is a product of constants, which ONNX Runtime folds when it loads the graph.
 *
 * @throws MODEL_UNSUPPORTED where a weight is not a constant [O,I,K,K], or window and kernel cannot have the same centre
 */
export function maskKernel(graph: Graph, windows: readonly KernelWindow[]): Graph {
  const build = new GraphBuilder(graph, 'mask')
  const masked = new Map<string, string>()
  for (const { weight, window } of windows) {
    const tensor = graph.tensors.get(weight)
    const [, , height = 0, width = 0] = tensor?.shape ?? []
    const refuse = (reason: string) =>
      new KernelscopeError('MODEL_UNSUPPORTED', `weight ${weight}: ${reason}`)
    if (!tensor || tensor.shape.length !== 4) throw refuse('is not a convolution kernel of the graph')
    if (window < 1 || (height - window) % 2 !== 0 || (width - window) % 2 !== 0)
      throw refuse(`a ${window}x${window} window cannot have the centre of a ${height}x${width} kernel`)
    const mask = Array.from({ length: height * width }, (_, at) =>
      isInside(Math.floor(at / width), height, window) && isInside(at % width, width, window) ? 1 : 0,
    )
    const kernels = dequantisedBy(graph, weight)
    const type = kernels === undefined ? tensor.type : 'float32'
    const given = kernels ?? weight
    masked.set(given, build.node('Mul', [given, build.constant(mask, type, [height, width])]))
  }
  return build.finish({ nodes: renameUses(graph.nodes, masked) })
}

/** The output of the node that dequantises a weight; undefined where none does. */
const dequantisedBy = ({ nodes }: Graph, weight: string) =>
  nodes.find(({ op, inputs }) => op === 'DequantizeLinear' && inputs[0] === weight)?.outputs[0]

const isInside = (at: number, side: number, window: number) =>
  at >= (side - window) / 2 && at < (side + window) / 2
