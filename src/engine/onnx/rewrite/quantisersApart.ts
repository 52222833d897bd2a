import { intOf, opsetOf, type Attribute, type Graph, type Node } from '../graph.ts'
import { inferShapes, type Shapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { GraphBuilder, int, renameUses } from './build.ts'
import { integersApart } from './integersApart.ts'

/** A quantised tensor with its scale and zero point; '' for a zero point of 0. */
type Operand = readonly [tensor: string, scale: string, zero: string]

/** Builds the plain forms of operators on quantised tensors. */
class Apart {
  readonly build: GraphBuilder
  readonly #shapes: Shapes

  constructor(build: GraphBuilder, shapes: Shapes) {
    this.build = build
    this.#shapes = shapes
  }

  /** The real numbers that a quantised tensor stands for. `axis` is that of scales which are a list. */
  real([tensor, scale, zero]: Operand, axis = 0): string {
    const inputs = zero === '' ? [tensor, scale] : [tensor, scale, zero]
    const shape = this.#shapes.get(scale)?.shape ?? []
    const isList = shape.length === 1 && shape[0] !== 1
    return this.build.node('DequantizeLinear', inputs, isList ? { axis: int(axis) } : {})
  }

  /** Numbers of an int32 bias, whose scale is the product of those of the two operands. */
  bias(tensor: string, [, a]: Operand, [, b]: Operand): string {
    return this.real([tensor, this.build.node('Mul', [a, b]), ''])
  }

  /** Adds the plain operator, under a name that ends in that of the node. */
  plain(
    node: Node,
    op: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): string {
    return this.build.nodeAt(node.name, op, inputs, attributes)[0] ?? ''
  }

  lastAxis(name: string): number {
    return (this.#shapes.get(name)?.shape?.length ?? 2) - 1
  }
}

/** The plain operator's result, for the quantised node, and how it is quantised; '' where it stays real. */
type Plain = (node: Node, apart: Apart) => { result: string; scale: string; zero: string }

const operand = ({ inputs }: Node, at: number): Operand => [
  inputs[at] ?? '',
  inputs[at + 1] ?? '',
  inputs[at + 2] ?? '',
]
const ends = ({ inputs }: Node, at: number) => ({ scale: inputs[at] ?? '', zero: inputs[at + 1] ?? '' })

const without = (node: Node, ...names: string[]): Record<string, Attribute> =>
  Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name)))

const ofOne =
  (op: string, dropped: readonly string[] = []): Plain =>
  (node, apart) => ({
    result: apart.plain(node, op, [apart.real(operand(node, 0))], without(node, ...dropped)),
    ...ends(node, 3),
  })

const ofTwo =
  (op: string): Plain =>
  (node, apart) => {
    const second = operand(node, 3)
    const inputs = [apart.real(operand(node, 0)), apart.real(second, apart.lastAxis(second[0]))]
    return { result: apart.plain(node, op, inputs), ...ends(node, 6) }
  }

const conv: Plain = (node, apart) => {
  const [x, w] = [operand(node, 0), operand(node, 3)]
  const bias = node.inputs[8] ?? ''
  const inputs = [apart.real(x), apart.real(w), ...(bias === '' ? [] : [apart.bias(bias, x, w)])]
  return { result: apart.plain(node, 'Conv', inputs, node.attributes), ...ends(node, 6) }
}

const gemm: Plain = (node, apart) => {
  const [a, b] = [operand(node, 0), operand(node, 3)]
  const bias = node.inputs[6] ?? ''
  const columns = intOf(node, 'transB', 0) === 1 ? 0 : 1
  const inputs = [apart.real(a), apart.real(b, columns), ...(bias === '' ? [] : [apart.bias(bias, a, b)])]
  return { result: apart.plain(node, 'Gemm', inputs, node.attributes), ...ends(node, 7) }
}

const concat: Plain = (node, apart) => {
  const parts = Array.from({ length: (node.inputs.length - 2) / 3 }, (_, at) => operand(node, 2 + 3 * at))
  const inputs = parts.map((part) => apart.real(part))
  return { result: apart.plain(node, 'Concat', inputs, node.attributes), ...ends(node, 0) }
}

const plainForms: Readonly<Record<string, Plain>> = {
  QLinearConv: conv,
  QLinearMatMul: ofTwo('MatMul'),
  'com.microsoft.QGemm': gemm,
  'com.microsoft.QLinearAdd': ofTwo('Add'),
  'com.microsoft.QLinearMul': ofTwo('Mul'),
  'com.microsoft.QLinearConcat': concat,
  'com.microsoft.QLinearSigmoid': ofOne('Sigmoid'),
  'com.microsoft.QLinearLeakyRelu': ofOne('LeakyRelu'),
  'com.microsoft.QLinearGlobalAveragePool': ofOne('GlobalAveragePool', ['channels_last']),
  'com.microsoft.QLinearAveragePool': ofOne('AveragePool', ['channels_last']),
  'com.microsoft.QLinearSoftmax': ofOne('Softmax', ['opset']),
}

/** Opset since which scales may be a list. */
const listsSince = 13

/**
 * Takes operators on quantised tensors (the form QOperator of ONNX Runtime's quantiser) apart: what dequantises their inputs,
 * the plain operator, and what quantises its result. So blocks and features are found as in the form with quantisers between
 * layers (QDQ); operators on integers too (`integersApart`). The runtime joins them again when it loads the graph. Each tensor is then dequantised by one node, so that a
 * residual addition and its branch have the same input.
 */
export function quantisersApart(graph: Graph): Graph {
  const plainOf = (node: Node) =>
    isPlain(node) ? plainForms[node.domain === '' ? node.op : `${node.domain}.${node.op}`] : undefined
  const found = opsetOf(graph) >= listsSince && graph.nodes.some(plainOf)
  const apart = found ? taken(graph, plainOf) : graph
  return dequantisedOnce(opsetOf(graph) >= listsSince ? integersApart(apart) : apart)
}

/** Pools of channels in the last axis have no plain operator. */
const isPlain = (node: Node) => intOf(node, 'channels_last', 0) === 0

function taken(graph: Graph, plainOf: (node: Node) => Plain | undefined): Graph {
  const build = new GraphBuilder(graph, 'apart')
  const apart = new Apart(build, inferShapes(graph, inputSizes(graph)))
  for (const node of graph.nodes) {
    const plain = plainOf(node)
    if (!plain) continue
    const { result, scale, zero } = plain(node, apart)
    if (scale === '') build.node('Identity', [result], {}, node.outputs[0])
    else
      build.node('QuantizeLinear', zero === '' ? [result, scale] : [result, scale, zero], {}, node.outputs[0])
  }
  return build.finish({ nodes: graph.nodes.filter((node) => !plainOf(node)) })
}

/** Joins nodes that dequantise the same tensor alike. */
function dequantisedOnce(graph: Graph): Graph {
  const first = new Map<string, string>()
  const same = new Map<string, string>()
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  for (const { op, domain, inputs, attributes, outputs: made } of graph.nodes) {
    const [output = ''] = made
    if (op !== 'DequantizeLinear' || outputs.has(output)) continue
    const key = JSON.stringify([domain, inputs, attributes])
    const known = first.get(key)
    if (known === undefined) first.set(key, output)
    else same.set(output, known)
  }
  if (same.size === 0) return graph
  const kept = graph.nodes.filter(({ outputs: made }) => !same.has(made[0] ?? ''))
  return { ...graph, nodes: renameUses(kept, same) }
}
