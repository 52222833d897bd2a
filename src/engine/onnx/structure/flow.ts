import { readsOf, type Graph, type Node, type Tensor } from '../graph.ts'
import type { Shapes } from '../shape/infer.ts'

/** Operators that give a stored tensor in its own shape. */
const likeStored = new Set(['Identity', 'DequantizeLinear'])

/** Data flow of a graph: producer and readers of each tensor, and which tensors are constant. */
export class Flow {
  readonly graph: Graph
  readonly shapes: Shapes
  readonly #producers = new Map<string, Node>()
  readonly #readers = new Map<string, Node[]>()
  readonly #constant: Set<string>

  constructor(graph: Graph, shapes: Shapes) {
    this.graph = graph
    this.shapes = shapes
    this.#constant = new Set(graph.tensors.keys())
    for (const node of graph.nodes) {
      for (const output of node.outputs) if (output !== '') this.#producers.set(output, node)
      for (const name of new Set(readsOf(node))) {
        const readers = this.#readers.get(name)
        if (readers) readers.push(node)
        else this.#readers.set(name, [node])
      }
      const fromConstants = readsOf(node).every((name) => this.#constant.has(name))
      for (const output of node.outputs)
        if (fromConstants || shapes.get(output)?.value) this.#constant.add(output)
    }
  }

  producer(name: string): Node | undefined {
    return this.#producers.get(name)
  }

  readers(name: string): readonly Node[] {
    return this.#readers.get(name) ?? []
  }

  /** Whether a tensor is the same for all images: a weight, or computed from weights and shapes alone. */
  isConstant(name: string): boolean {
    return this.#constant.has(name)
  }

  /** Inputs of a node that depend on the image. */
  inputsOf(node: Node): string[] {
    return readsOf(node).filter((name) => !this.#constant.has(name))
  }

  shape(name: string): readonly number[] | null {
    return this.shapes.get(name)?.shape ?? null
  }

  /** The stored tensor of a name, directly, by Identity or dequantised; undefined where there is none. */
  weight(name: string | undefined): Tensor | undefined {
    if (name === undefined) return undefined
    const tensor = this.graph.tensors.get(name)
    if (tensor) return tensor
    const producer = this.producer(name)
    return producer && likeStored.has(producer.op) ? this.weight(producer.inputs[0]) : undefined
  }

  /** Producers of `name` and of all tensors that it depends on, not beyond the tensors in `stops`. */
  ancestors(name: string, stops: ReadonlySet<string>): Set<Node> {
    const found = new Set<Node>()
    const open = [name]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (stops.has(next) || this.isConstant(next)) continue
      const node = this.producer(next)
      if (!node || found.has(node)) continue
      found.add(node)
      open.push(...this.inputsOf(node))
    }
    return found
  }
}
