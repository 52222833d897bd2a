import type { Convolution, Layer } from '#shared/contract/models.ts'
import { elementCount, intOf, intsOf, readsOf, stringOf, type Node } from '../graph.ts'
import type { SizedShapes } from '../shape/sizes.ts'
import type { Flow } from './flow.ts'

/** Indices of inputs that are not trained: running statistics, scales of quantisers, the ones and zeros of an exported group norm. */
function untrained(node: Node, flow: Flow): readonly number[] {
  if (node.op === 'BatchNormalization') return [3, 4]
  if (node.op === 'QuantizeLinear' || node.op === 'DequantizeLinear') return [1, 2]
  const grouped = node.op === 'InstanceNormalization' && flow.producer(node.inputs[0] ?? '')?.op === 'Reshape'
  return grouped ? [1, 2] : []
}

/**
 * Trained tensors that a node reads, in the order of its inputs. Single numbers and integers do not count as trained, unless
 * they were dequantised.
 */
function trained(node: Node, flow: Flow): { name: string; shape: number[]; count: number }[] {
  const skipped = untrained(node, flow).map((index) => node.inputs[index])
  return [...new Set(readsOf(node))].flatMap((name) => {
    const tensor = skipped.includes(name) ? undefined : flow.weight(name)
    const count = tensor && /float/.test(flow.shapes.get(name)?.type ?? '') ? elementCount(tensor.shape) : 0
    return tensor && count > 1 ? [{ name, shape: [...tensor.shape], count }] : []
  })
}

/**
 * Number of trained parameters that a set of nodes reads; each tensor counts once. Single numbers and integers are not
 * parameters. Tensors that an exporter merged because of equal values (by Identity) count separately.
 */
export function parametersOf(nodes: Iterable<Node>, flow: Flow): number {
  const counted = new Map<string, number>()
  for (const node of nodes) for (const { name, count } of trained(node, flow)) counted.set(name, count)
  return [...counted.values()].reduce((sum, count) => sum + count, 0)
}

/** All nodes that process image data, in order, without shape arithmetic and constants. */
export const layerNodes = (flow: Flow): Node[] =>
  flow.graph.nodes.filter((node) => !node.outputs.every((output) => output === '' || flow.isConstant(output)))

/** The layers in the form of the contract. */
export function layersOf(flow: Flow, { describe }: SizedShapes): Layer[] {
  return layerNodes(flow).map((node, index) => ({
    index,
    node: node.name,
    op: node.domain === '' ? node.op : `${node.domain}.${node.op}`,
    outputShape: describe(node.outputs[0] ?? ''),
    parameters: parametersOf([node], flow),
    macs: macsOf(node, flow),
    weights: trained(node, flow).map(({ name, shape }) => ({ name: flow.weight(name)?.name ?? name, shape })),
  }))
}

/** Multiply-accumulates of a node for the inferred shapes: 0 for nodes without a matrix product, null where not known. */
export function macsOf(node: Node, flow: Flow): number | null {
  const output = flow.shape(node.outputs[0] ?? '')
  const [a, b] = node.inputs.map((name) => flow.shape(name))
  switch (node.op) {
    case 'Conv':
      return output && b ? elementCount(output) * elementCount(b.slice(1)) : null
    case 'ConvTranspose':
      return a && b ? elementCount(a) * elementCount(b.slice(1)) : null
    case 'Gemm':
      return output && a ? elementCount(output) * (a[intOf(node, 'transA', 0) === 1 ? 0 : 1] ?? 1) : null
    case 'MatMul':
      return output && a ? elementCount(output) * (a.at(-1) ?? 1) : null
    case 'Einsum':
      return einsumMacs(node, [a, b])
    default:
      return output ? 0 : null
  }
}

/** Multiply-accumulates of an einsum: one product per combination of all letters. */
function einsumMacs(node: Node, shapes: readonly (readonly number[] | null | undefined)[]): number | null {
  const [left = ''] = stringOf(node, 'equation', '').replaceAll(' ', '').split('->')
  const sizes = new Map<string, number>()
  for (const [index, term] of left.split(',').entries()) {
    const shape = shapes[index]
    if (!shape || term.includes('.')) return null
    for (const [axis, letter] of [...term].entries()) sizes.set(letter, shape[axis] ?? 1)
  }
  return [...sizes.values()].reduce((product, size) => product * size, 1)
}

/** All 2-D convolutions with a stored weight, in order. `channels` is the number of output channels. */
export function convolutionsOf(flow: Flow): Convolution[] {
  return flow.graph.nodes.flatMap((node) => {
    const weight = node.op === 'Conv' ? flow.weight(node.inputs[1]) : undefined
    const [channels = 0, perGroup = 0, height, width] = weight?.shape ?? []
    if (!weight || height === undefined || width === undefined || weight.shape.length !== 4) return []
    const group = intOf(node, 'group', 1)
    const [down = 1, right = 1] = intsOf(node, 'strides') ?? []
    return [
      {
        node: node.name,
        weight: weight.name,
        channels,
        kernel: [height, width],
        group,
        stride: [down, right],
        depthwise: group > 1 && perGroup === 1,
      },
    ]
  })
}
