import { KernelscopeError } from '#shared/errors.ts'
import { readsOf, type Graph, type Node, type Value } from '../graph.ts'
import { sizedShapes } from '../shape/sizes.ts'
import { unitsOf, type BlockAdds } from './branches.ts'
import { gate, gatesInput } from './gate.ts'

/**
 * A part of a gated graph with one block, from one border to the next. A border lies behind the last addition of a block.
 * The inputs of a part are the tensors that are alive at its first border and the gates; its outputs are those that are
 * alive at its second border and were not before.
 */
export interface Segment {
  /** With the block computed. */
  kept: Graph
  /** Without the branches of the block; null where nothing else is in the segment. */
  removed: Graph | null
  /** Where the block is removed and `removed` is null: the input that each output is then. */
  same: ReadonlyMap<string, string>
  /** Tensors alive at the second border: later segments read them. */
  alive: readonly string[]
}

/**
 * Cuts a graph behind each block but the last, so that graphs without different blocks share what comes before the first difference.
 * Run one after another, with gates of 1 where a block is kept and 0 where it is removed, the segments compute what `gate`
 * computes.
 *
 * A border lies behind a gated addition because ONNX Runtime fuses and lays out nothing over it: the gate is a
 * multiplication by an input, so the addition is in plain layout. Elsewhere it may run, e.g., a batch norm in another way
 * where its input comes from a convolution, or an average over positions in another order behind the last block.
 *
 * @param blocks in order of depth; the segments have the same order
 * @throws MODEL_UNSUPPORTED where a block cannot be gated, or does not depend on the block before it
 */
export function segments(graph: Graph, blocks: readonly BlockAdds[]): Segment[] {
  const gated = gate(graph, blocks)
  const cut = gate(graph, blocks, [...blocks.keys()])
  const { units } = unitsOf(graph, blocks)
  const { shapes, describe } = sizedShapes(gated)
  const valueOf = (name: string): Value => ({
    name,
    type: shapes.get(name)?.type ?? 'other',
    shape: describe(name),
  })
  const images = gated.inputs.filter(({ name }) => name !== gatesInput).map(({ name }) => name)
  const borders = borderTensors(
    gated,
    images,
    units.slice(0, -1).map((own) => own.at(-1)?.add.outputs[0] ?? ''),
  )
  const ends = gated.outputs.map(({ name }) => name)
  return [...borders, ends].map((alive, place) => {
    const before = borders[place - 1] ?? images
    const made = alive.filter((name) => !before.includes(name))
    const [from, to] = [before.map(valueOf), made.map(valueOf)]
    const kept = part(gated, from, to)
    const removed = part(cut, from, to)
    const same = unchanged(removed)
    return { kept, removed: same ? null : removed, same: same ?? new Map(), alive }
  })
}

/** The input that each output is, where a part only adds gates; else null. */
function unchanged(removed: Graph): Map<string, string> | null {
  const producers = producersIn(removed)
  const isGate = (name: string): boolean => {
    const node = producers.get(name)
    return (
      name === gatesInput ||
      (node?.inputs.every((read) => removed.tensors.has(read) || isGate(read)) ?? false)
    )
  }
  const source = (name: string): string | null => {
    const node = producers.get(name)
    if (!node) return name
    const [a = '', b = ''] = node.inputs
    if (node.op !== 'Add' || isGate(a) === isGate(b)) return null
    return source(isGate(a) ? b : a)
  }
  const found = new Map<string, string>()
  for (const { name } of removed.outputs) {
    const input = source(name)
    if (input === null) return null
    found.set(name, input)
  }
  return found
}

const producersIn = ({ nodes }: Graph): Map<string, Node> =>
  new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node])))

/** The tensors alive behind each of some tensors: computed up to there, and read after it. */
function borderTensors(graph: Graph, images: readonly string[], tensors: readonly string[]): string[][] {
  const constants = constantsOf(graph)
  const producers = producersIn(graph)
  let before = new Set<Node>()
  return tensors.map((tensor, place) => {
    const upTo = ancestors(tensor, producers, constants)
    if ([...before].some((node) => !upTo.has(node)))
      throw new KernelscopeError('MODEL_UNSUPPORTED', `block ${place} does not follow the block before it`)
    before = upTo
    const made = [...images, ...[...upTo].flatMap(({ outputs }) => outputs)]
    const read = new Set(graph.nodes.filter((node) => !upTo.has(node)).flatMap(readsOf))
    for (const { name } of graph.outputs) read.add(name)
    return made.filter((name) => read.has(name))
  })
}

/** All nodes that a tensor depends on, without those that are the same for all inputs. */
function ancestors(tensor: string, producers: ReadonlyMap<string, Node>, constants: ReadonlySet<string>) {
  const found = new Set<Node>()
  const open = [tensor]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = constants.has(name) ? undefined : producers.get(name)
    if (!node || found.has(node)) continue
    found.add(node)
    open.push(...readsOf(node))
  }
  return found
}

/** Weights, and what is computed from weights alone. */
function constantsOf({ tensors, nodes }: Graph): Set<string> {
  const constants = new Set(tensors.keys())
  for (const node of nodes)
    if (readsOf(node).every((name) => constants.has(name)))
      for (const name of node.outputs) constants.add(name)
  return constants
}

/** The part of a graph that computes `to` from `from` and from inputs of the graph. */
function part(graph: Graph, from: readonly Value[], to: readonly Value[]): Graph {
  const given = new Set(from.map(({ name }) => name))
  const needed = new Set(to.map(({ name }) => name))
  const nodes: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name) && !given.has(name))) continue
    nodes.push(node)
    for (const name of readsOf(node)) needed.add(name)
  }
  const others = graph.inputs.filter(({ name }) => !given.has(name))
  return {
    ...graph,
    inputs: [...from, ...others].filter(({ name }) => needed.has(name)),
    outputs: to,
    nodes: nodes.reverse(),
    tensors: new Map([...graph.tensors].filter(([name]) => needed.has(name))),
  }
}
