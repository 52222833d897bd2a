import type { Node } from '../graph.ts'
import type { Flow } from '../structure/flow.ts'

const close = (value: number | undefined, wanted: number) =>
  value !== undefined && Math.abs(value - wanted) < 1e-4

interface FusedNodes {
  /** The node that replaces the parts in the backward pass. */
  node: Node
  /** The part whose position and output it takes. */
  last: Node
  parts: readonly Node[]
}

/**
 * Replaces each explicit Gelu, x/2 (1 + erf(x/sqrt 2)), and Swish, x sigmoid(x), by one node for the backward pass, whose
 * gradient is shorter than that of the parts. The forward graph keeps its nodes.
 */
export function withFused(nodes: readonly Node[], flow: Flow): Node[] {
  const stands = new Map<Node, Node>()
  const inner = new Set<Node>()
  for (const node of nodes) {
    const found =
      node.op === 'Erf' ? geluAround(node, flow) : node.op === 'Sigmoid' ? swishAround(node, flow) : undefined
    if (!found) continue
    stands.set(found.last, found.node)
    for (const part of found.parts) inner.add(part)
  }
  return nodes.flatMap((node) => stands.get(node) ?? (inner.has(node) ? [] : [node]))
}

/** The node `Swish` has the inputs x and sigmoid(x), which the gradient takes from the forward pass. */
function swishAround(sigmoid: Node, flow: Flow): FusedNodes | undefined {
  const [x = ''] = sigmoid.inputs
  const [gate = ''] = sigmoid.outputs
  const product = onlyReader(sigmoid, flow)
  if (product?.op !== 'Mul' || !product.inputs.includes(x)) return undefined
  return {
    node: { ...product, op: swish, inputs: [x, gate], attributes: {} },
    last: product,
    parts: [sigmoid, product],
  }
}

/** Operator of the nodes that replace x sigmoid(x). No graph contains it. */
const swish = 'Swish'

function geluAround(erf: Node, flow: Flow): FusedNodes | undefined {
  const scaling = flow.producer(erf.inputs[0] ?? '')
  const x = scaling && scaledInput(scaling, flow)
  const plusOne = onlyReader(erf, flow)
  if (!scaling || x === undefined || plusOne?.op !== 'Add' || !hasConstant(plusOne, flow, 1)) return undefined
  const product = onlyReader(plusOne, flow)
  if (product?.op !== 'Mul') return undefined
  const outer = onlyReader(product, flow)
  const parts = [scaling, erf, plusOne, product]
  const other = product.inputs.find((name) => name !== plusOne.outputs[0]) ?? ''
  // x (1 + erf) times 1/2.
  if (other === x && outer?.op === 'Mul' && hasConstant(outer, flow, 0.5))
    return made(x, outer, [...parts, outer])
  // (x/2) (1 + erf).
  const half = flow.producer(other)
  if (
    half?.op === 'Mul' &&
    half.inputs.includes(x) &&
    hasConstant(half, flow, 0.5) &&
    onlyReader(half, flow) === product
  )
    return made(x, product, [...parts, half])
  // (1 + erf)/2 times x.
  if (hasConstant(product, flow, 0.5) && outer?.op === 'Mul' && outer.inputs.includes(x))
    return made(x, outer, [...parts, outer])
  return undefined
}

const made = (x: string, last: Node, parts: Node[]) => ({
  node: { ...last, op: 'Gelu', inputs: [x], attributes: {} },
  last,
  parts,
})

/** x of x/sqrt 2, written as quotient or product. */
function scaledInput(node: Node, flow: Flow): string | undefined {
  const [a = '', b = ''] = node.inputs
  if (node.op === 'Div' && close(scalar(b, flow), Math.SQRT2)) return a
  if (node.op === 'Mul' && close(scalar(b, flow), Math.SQRT1_2)) return a
  if (node.op === 'Mul' && close(scalar(a, flow), Math.SQRT1_2)) return b
  return undefined
}

function scalar(name: string, flow: Flow): number | undefined {
  const value = flow.shapes.get(name)?.value
  return value?.length === 1 ? value[0] : undefined
}

const hasConstant = (node: Node, flow: Flow, wanted: number) =>
  node.inputs.some((name) => close(scalar(name, flow), wanted))

function onlyReader(node: Node, flow: Flow): Node | undefined {
  const readers = flow.readers(node.outputs[0] ?? '')
  return readers.length === 1 ? readers[0] : undefined
}
