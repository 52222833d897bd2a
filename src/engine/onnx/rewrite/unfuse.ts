import { floatOf, intOf, stringOf, type Attribute, type Graph, type Node } from '../graph.ts'
import { inferShapes, type Shapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { float, GraphBuilder, int, ints } from './build.ts'

/** Builds the plain form of a fused node. The last node must have the output `outputs[0]`. */
type Unfuse = (node: Node, build: GraphBuilder, shapes: Shapes) => void

const domain = 'com.microsoft'

const unfusings: Readonly<Record<string, Unfuse>> = {
  Gelu: (node, build) => gelu(build, input(node, 0), output(node)),
  BiasGelu: (node, build) => gelu(build, build.node('Add', [input(node, 0), input(node, 1)]), output(node)),
  QuickGelu: quickGelu,
  FusedConv: fusedConv,
  FusedGemm: (node, build) => {
    const { activation: _, activation_alpha: __, ...plain } = node.attributes
    activated(node, build, (to) => build.node('Gemm', node.inputs, plain, to))
  },
  FusedMatMul: fusedMatMul,
  SkipLayerNormalization: skipLayerNormalization,
}

const input = (node: Node, index: number) => node.inputs[index] ?? ''
const output = (node: Node) => node.outputs[0] ?? ''

/**
 * Replaces the fused operators of ONNX Runtime's optimiser (`com.microsoft`) by plain ones, so that an optimised file is
 * read and rewritten like the original. The runtime fuses them again when it loads a variant. Fused attention is kept,
 * because its matrix cannot be restored.
 */
export function unfused(graph: Graph): Graph {
  const isFused = (node: Node) => node.domain === domain && unfusings[node.op] !== undefined && isPlain(node)
  if (!graph.nodes.some(isFused)) return graph
  const shapes = inferShapes(graph, inputSizes(graph))
  const build = new GraphBuilder(graph, 'unfused')
  for (const node of graph.nodes) if (isFused(node)) unfusings[node.op]?.(node, build, shapes)
  return build.finish({ nodes: graph.nodes.filter((node) => !isFused(node)) })
}

/** Whether the fused node has a plain form. It has none with statistics of a norm, or with moved batch axes of a product. */
const isPlain = (node: Node) =>
  !(node.op === 'SkipLayerNormalization' && node.outputs[1]) &&
  !(node.op === 'FusedMatMul' && (intOf(node, 'transBatchA', 0) === 1 || intOf(node, 'transBatchB', 0) === 1))

/** x/2 (1 + erf(x/sqrt 2)). */
function gelu(build: GraphBuilder, x: string, to: string): void {
  const grown = build.node('Add', [
    build.node('Erf', [build.node('Div', [x, build.scalar(Math.SQRT2)])]),
    build.scalar(1),
  ])
  build.node('Mul', [build.node('Mul', [x, grown]), build.scalar(0.5)], {}, to)
}

/** x sigmoid(alpha x). */
function quickGelu(node: Node, build: GraphBuilder): void {
  const alpha = floatOf(node, 'alpha', 1.702)
  const x = input(node, 0)
  const scaled = alpha === 1 ? x : build.node('Mul', [x, build.scalar(alpha)])
  build.node('Mul', [x, build.node('Sigmoid', [scaled])], {}, output(node))
}

/** A convolution, an optional addition of its fourth input, and an activation. */
function fusedConv(node: Node, build: GraphBuilder): void {
  const { activation: _, activation_params: __, ...plain } = node.attributes
  const other = node.inputs[3]
  activated(node, build, (to) => {
    if (!other) return build.node('Conv', node.inputs.slice(0, 3), plain, to)
    return build.node('Add', [build.node('Conv', node.inputs.slice(0, 3), plain), other], {}, to)
  })
}

/** Applies the activation of the node to the result of `make`. Without an activation `make` gets the output's name. */
function activated(node: Node, build: GraphBuilder, make: (to?: string) => string): void {
  const activation = stringOf(node, 'activation', '')
  if (activation === '') {
    make(output(node))
    return
  }
  const parameters = node.attributes.activation_params
  const [a = 0, b = 0] =
    parameters?.kind === 'floats' ? parameters.value : [floatOf(node, 'activation_alpha', 0.01)]
  const x = make()
  if (activation === 'Clip') build.node('Clip', [x, build.scalar(a), build.scalar(b)], {}, output(node))
  else build.node(activation, [x], parametersOf(activation, a, b), output(node))
}

function parametersOf(activation: string, a: number, b: number): Record<string, Attribute> {
  if (activation === 'LeakyRelu') return { alpha: float(a) }
  return activation === 'HardSigmoid' ? { alpha: float(a), beta: float(b) } : {}
}

/** alpha A B, where A and B may be transposed in their last two axes. */
function fusedMatMul(node: Node, build: GraphBuilder, shapes: Shapes): void {
  const alpha = floatOf(node, 'alpha', 1)
  const operand = (index: number, flag: string) => {
    const name = input(node, index)
    const rank = shapes.get(name)?.shape?.length
    if (intOf(node, flag, 0) === 0 || rank === undefined) return name
    const axes = Array.from({ length: rank }, (_, axis) => axis)
    return build.node('Transpose', [name], { perm: ints([...axes.slice(0, -2), rank - 1, rank - 2]) })
  }
  const product = [operand(0, 'transA'), operand(1, 'transB')]
  if (alpha === 1) build.node('MatMul', product, {}, output(node))
  else build.node('Mul', [build.node('MatMul', product), build.scalar(alpha)], {}, output(node))
}

/** Layer norm of input + skip (+ bias). The fourth output is that sum. */
function skipLayerNormalization(node: Node, build: GraphBuilder): void {
  const [x = '', skip = '', scale = '', shift = '', bias = ''] = node.inputs
  const biased = bias === '' ? x : build.node('Add', [x, bias])
  const sum = build.node('Add', [biased, skip], {}, node.outputs[3] || undefined)
  const inputs = shift === '' ? [sum, scale] : [sum, scale, shift]
  const attributes = { axis: int(-1), epsilon: float(floatOf(node, 'epsilon', 1e-12)) }
  build.node('LayerNormalization', inputs, attributes, output(node))
}
