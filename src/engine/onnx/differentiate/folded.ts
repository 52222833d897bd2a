import { elementCount, readsOf, type Graph, type Node } from '../graph.ts'
import { GraphBuilder } from '../rewrite/build.ts'

/**
 * Moves constant factors of a backward pass into weights, where the runtime multiplies once, at load: those behind a product
 * with a constant matrix, and those before one. A factor behind a mask, which stands behind such a product or a convolution,
 * moves in front of the mask; ONNX Runtime takes it into the convolution by itself. `mine` says which nodes may change.
 */
export function factorsFolded(graph: Graph, mine: (node: Node) => boolean): Graph {
  const build = new GraphBuilder(graph, 'folded')
  const uses = new Uses(graph)
  const changed = new Map<Node, readonly Node[]>()
  const now = (node: Node) => changed.get(node)?.at(-1) ?? node
  /** The node that gives the tensor, where it may change and nothing else reads the tensor. */
  const alone = (name: string) => {
    const node = uses.producer(name)
    return node && mine(node) && uses.count(name) === 1 ? node : undefined
  }
  const withFactor = (product: Node, factor: string, output?: string): Node => {
    const [a = '', weight = ''] = now(product).inputs
    const scaled = build.node('Mul', [weight, factor])
    return { ...product, inputs: [a, scaled], outputs: output === undefined ? product.outputs : [output] }
  }
  for (const node of graph.nodes) {
    if (!mine(node)) continue
    const [output = ''] = node.outputs
    const split = uses.factorOf(node)
    const before = split && alone(split.x)
    if (split && before && isMatrixProduct(before, uses) && uses.isRow(split.factor)) {
      changed.set(before, [withFactor(before, split.factor, output)])
      changed.set(node, [])
    } else if (split && before?.op === 'Mul' && !uses.factorOf(before)) {
      const [inner, mask] = now(before).inputs.toSorted((a) => (isProduct(alone(a)) ? -1 : 1))
      const product = alone(inner ?? '')
      if (!product || inner === undefined || mask === undefined) continue
      const matrix = isMatrixProduct(product, uses) && uses.isRow(split.factor)
      if (!matrix && product.op !== 'Conv') continue
      if (matrix) changed.set(product, [withFactor(product, split.factor)])
      const scaled = matrix ? inner : build.node('Mul', [inner, split.factor])
      changed.set(before, [{ ...before, inputs: [scaled, mask], outputs: [output] }])
      changed.set(node, [])
    }
  }
  return build.finish({ nodes: graph.nodes.flatMap((node) => changed.get(node) ?? [node]) })
}

const isProduct = (node: Node | undefined) => node?.op === 'MatMul' || node?.op === 'Conv'

/** Whether a node multiplies by a constant matrix. */
const isMatrixProduct = (node: Node, uses: Uses) =>
  node.op === 'MatMul' && uses.isMatrix(node.inputs[1] ?? '')

/** Who makes the tensors of a graph, and who reads them. */
class Uses {
  readonly #graph: Graph
  readonly #producers = new Map<string, Node>()
  readonly #counts = new Map<string, number>()

  constructor(graph: Graph) {
    this.#graph = graph
    const count = (name: string) => this.#counts.set(name, this.count(name) + 1)
    for (const { name } of graph.outputs) count(name)
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.#producers.set(output, node)
      for (const name of readsOf(node)) count(name)
    }
  }

  producer = (name: string) => this.#producers.get(name)
  count = (name: string) => this.#counts.get(name) ?? 0

  /** x and factor of x times a constant. */
  factorOf({ op, inputs: [a = '', b = ''] }: Node): { x: string; factor: string } | undefined {
    if (op !== 'Mul') return undefined
    if (this.#graph.tensors.has(b)) return { x: a, factor: b }
    return this.#graph.tensors.has(a) ? { x: b, factor: a } : undefined
  }

  /** Whether a constant has one value, or one for each element of the last axis only. */
  isRow(name: string): boolean {
    const shape = this.#graph.tensors.get(name)?.shape
    return shape !== undefined && shape.length <= 2 && elementCount(shape) === (shape.at(-1) ?? 1)
  }

  /** Whether a tensor is a matrix of weights, or one transposed. */
  isMatrix(name: string): boolean {
    const node = this.producer(name)
    const source = node?.op === 'Transpose' ? (node.inputs[0] ?? '') : name
    return this.#graph.tensors.get(source)?.shape.length === 2
  }
}
