import type { ModelPrecision } from '#shared/contract/models.ts'
import type { Graph, Node } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { Flow } from './flow.ts'

/** Operators that make or compute tensors of integers which stand for real numbers. */
const quantised = /^(QuantizeLinear|Dynamic(Quantize|Q)|QLinear|QGemm$|QAttention$|(Conv|MatMul)Integer)/

/** Operators that take the scale of a tensor from all of its numbers, and so from all images of a call. */
const scalingByCall = new Set(['DynamicQuantizeLinear', 'DynamicQuantizeMatMul', 'DynamicQuantizeLSTM'])

const halves = new Set(['float16', 'bfloat16'])

/** In what a network computes, and whether images of one call influence each other. */
export interface GraphPrecision {
  /**
   * int8: some of its tensors are quantised; float16: some of its tensors that depend on the image are float16. Weights that
   * are stored in less and widened before they are used leave it float32.
   */
  precision: ModelPrecision
  /** A quantiser takes its scale from all images of a call, so that each image has to be computed by itself. */
  scaledByCall: boolean
}

/** Finds the precision that a graph computes in, from its operators and the types of its tensors. */
export function precisionOf(graph: Graph): GraphPrecision {
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const onImages = (node: Node) => flow.inputsOf(node).length > 0
  const scaledByCall = graph.nodes.some((node) => scalingByCall.has(node.op) && onImages(node))
  if (graph.nodes.some((node) => quantised.test(node.op) && onImages(node)))
    return { precision: 'int8', scaledByCall }
  const isHalf = (name: string) => halves.has(flow.shapes.get(name)?.type ?? '')
  const half =
    graph.inputs.some(({ name }) => isHalf(name)) ||
    graph.nodes.some(({ outputs }) => outputs.some((name) => isHalf(name) && !flow.isConstant(name)))
  return { precision: half ? 'float16' : 'float32', scaledByCall }
}
