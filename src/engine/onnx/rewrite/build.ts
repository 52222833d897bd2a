import { KernelscopeError } from '#shared/errors.ts'
import type { ElementType } from '../elementType.ts'
import {
  elementCount,
  readsOf,
  type Attribute,
  type Graph,
  type Node,
  type Tensor,
  type Value,
} from '../graph.ts'
import { encodeNumbers } from '../numbers.ts'

export const int = (value: number): Attribute => ({ kind: 'int', value })
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value })
export const float = (value: number): Attribute => ({ kind: 'float', value })
export const string = (value: string): Attribute => ({ kind: 'string', value })

/**
 * Collects the additions of a rewrite to a graph, without changing the graph. New names begin with `prefix` and are unique
 * in the graph.
 */
export class GraphBuilder {
  readonly graph: Graph
  readonly #prefix: string
  readonly #taken: Set<string>
  /** The next number to try for a name, so that many nodes of one operator do not try all numbers each. */
  readonly #next = new Map<string, number>()
  readonly #nodes: Node[] = []
  readonly #tensors = new Map<string, Tensor>()
  readonly #constants = new Map<string, string>()

  constructor(graph: Graph, prefix: string) {
    this.graph = graph
    this.#prefix = prefix
    this.#taken = namesIn(graph)
  }

  /** A name that no tensor or node has yet. */
  fresh(hint: string): string {
    const wanted = `${this.#prefix}/${hint}`
    let count = this.#next.get(wanted) ?? 0
    let name = wanted
    do {
      name = count === 0 ? wanted : `${wanted}_${count}`
      count += 1
    } while (this.#taken.has(name))
    this.#next.set(wanted, count)
    this.#taken.add(name)
    return name
  }

  /** Adds a node with one output and gives the name of the output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    output?: string,
  ): string {
    const made = output ?? this.fresh(op)
    this.#nodes.push({ name: this.fresh(`${op}.node`), op, domain: '', inputs, outputs: [made], attributes })
    return made
  }

  /** Adds a node with `count` outputs and gives their names. */
  nodeOf(
    count: number,
    op: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.fresh(op))
    this.#nodes.push({ name: this.fresh(`${op}.node`), op, domain: '', inputs, outputs, attributes })
    return outputs
  }

  /** Adds a node under a name, as exporters name nodes by module, and gives the names of its outputs. */
  nodeAt(
    hint: string,
    op: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    count = 1,
  ): string[] {
    const name = this.fresh(hint)
    const outputs = Array.from({ length: count }, (_, index) => `${name}_output_${index}`)
    this.#nodes.push({ name, op, domain: '', inputs, outputs, attributes })
    return outputs
  }

  /**
   * Adds a constant, row-major in its shape, and gives its name. Equal constants are added once.
   *
   * @throws MODEL_UNSUPPORTED where a size is no whole number, as it may be for a graph that makes empty tensors
   */
  constant(values: readonly number[], type: ElementType, shape: readonly number[] = [values.length]): string {
    const key = `${type}[${shape.join()}]${values.join()}`
    const known = this.#constants.get(key)
    if (known !== undefined) return known
    if (values.length !== elementCount(shape))
      throw new RangeError(`constant: ${values.length} values for [${shape.join()}]`)
    const odd = type === 'int64' ? values.findIndex((value) => !Number.isInteger(value)) : -1
    if (odd >= 0)
      throw new KernelscopeError('MODEL_UNSUPPORTED', `the rewrite would need a size of ${values[odd]}`)
    const name = this.fresh('constant')
    this.#tensors.set(name, {
      name,
      type,
      shape,
      data: { kind: 'inline', bytes: encodeNumbers(values, type) },
    })
    this.#constants.set(key, name)
    return name
  }

  scalar(value: number, type: ElementType = 'float32'): string {
    return this.constant([value], type, [])
  }

  int64s(values: readonly number[]): string {
    return this.constant(values, 'int64')
  }

  /** The graph with the additions, in topological order, without nodes and constants that no output needs. */
  finish(
    changes: { nodes?: readonly Node[]; inputs?: readonly Value[]; outputs?: readonly Value[] } = {},
  ): Graph {
    return pruned({
      ...this.graph,
      inputs: changes.inputs ?? this.graph.inputs,
      outputs: changes.outputs ?? this.graph.outputs,
      nodes: sorted([...(changes.nodes ?? this.graph.nodes), ...this.#nodes]),
      tensors: new Map([...this.graph.tensors, ...this.#tensors]),
    })
  }
}

/** All names in use, of tensors, values and nodes. */
function namesIn(graph: Graph): Set<string> {
  const names = new Set([...graph.tensors.keys(), ...graph.inputs.map(({ name }) => name)])
  for (const node of graph.nodes) {
    names.add(node.name)
    for (const output of node.outputs) names.add(output)
  }
  return names
}

/** Sorts nodes topologically. Nodes that are in order keep their order. */
function sorted(nodes: readonly Node[]): Node[] {
  const producer = new Map<string, Node>()
  for (const node of nodes) for (const output of node.outputs) if (output !== '') producer.set(output, node)
  const result: Node[] = []
  const state = new Map<Node, 'open' | 'done'>()
  for (const root of nodes) {
    const stack = [root]
    while (stack.length > 0) {
      const node = stack.at(-1)
      if (!node || state.get(node) === 'done') {
        stack.pop()
        continue
      }
      const needed = readsOf(node).flatMap((name) => producer.get(name) ?? [])
      const waiting = needed.filter((other) => state.get(other) !== 'done')
      if (waiting.length === 0) {
        state.set(node, 'done')
        result.push(node)
        stack.pop()
      } else if (state.get(node) === 'open') throw new RangeError(`node ${node.name} depends on itself`)
      else {
        state.set(node, 'open')
        stack.push(...waiting.reverse())
      }
    }
  }
  return result
}

/** Removes the nodes and constants that no output needs. Inputs stay. */
function pruned(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name))
  const nodes: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue
    nodes.push(node)
    for (const name of readsOf(node)) needed.add(name)
  }
  nodes.reverse()
  const tensors = new Map([...graph.tensors].filter(([name]) => needed.has(name)))
  return { ...graph, nodes, tensors }
}

/**
 * Renames inputs of nodes: every use of a key of `to` becomes its value.
 *
 * @throws MODEL_UNSUPPORTED where a subgraph (of If or Loop) uses one, because subgraphs are not rewritten
 */
export function renameUses(nodes: readonly Node[], to: ReadonlyMap<string, string>): Node[] {
  return nodes.map((node) => {
    const captured = readsOf(node).find((name) => to.has(name) && !node.inputs.includes(name))
    if (captured !== undefined)
      throw new KernelscopeError('MODEL_UNSUPPORTED', `node ${node.name}: its subgraph uses ${captured}`)
    if (!node.inputs.some((input) => to.has(input))) return node
    return { ...node, inputs: node.inputs.map((input) => to.get(input) ?? input) }
  })
}
