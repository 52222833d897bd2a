import { floatOf, intOf, intsOf, opsetOf, type Graph, type Node } from '../graph.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Shapes } from '../shape/infer.ts'
import { wrapAxis } from '../shape/known.ts'
import { GraphBuilder, int } from './build.ts'

/** Opset of the operator forms that the other rewrites use. */
const targetOpset = 18
const oldest = 7

interface OldNode {
  node: Node
  build: GraphBuilder
  opset: number
  shapes: Shapes
}

/** Converts a node to its form of `targetOpset`. Constants and nodes that it needs are added to `build`. */
type Upgrade = (change: OldNode) => Node

/** Moves a list from an attribute to an input. */
const toInput =
  (attribute: string, place: number): Upgrade =>
  ({ node, build }) => {
    const values = intsOf(node, attribute)
    if (!values) return node
    return withInput(without(node, attribute), place, build.int64s(values))
  }

const upgrades: Record<string, { since: number; upgrade: Upgrade }> = {
  Squeeze: { since: 13, upgrade: toInput('axes', 1) },
  Unsqueeze: { since: 13, upgrade: toInput('axes', 1) },
  ReduceSum: { since: 13, upgrade: toInput('axes', 1) },
  ReduceMean: { since: 18, upgrade: toInput('axes', 1) },
  ReduceMax: { since: 18, upgrade: toInput('axes', 1) },
  ReduceMin: { since: 18, upgrade: toInput('axes', 1) },
  ReduceProd: { since: 18, upgrade: toInput('axes', 1) },
  ReduceL1: { since: 18, upgrade: toInput('axes', 1) },
  ReduceL2: { since: 18, upgrade: toInput('axes', 1) },
  ReduceSumSquare: { since: 18, upgrade: toInput('axes', 1) },
  Split: { since: 18, upgrade: split },
  Pad: { since: 11, upgrade: pad },
  Slice: { since: 10, upgrade: slice },
  Clip: { since: 11, upgrade: clip },
  Dropout: {
    since: 12,
    upgrade: ({ node }) => ({ ...without(node, 'ratio'), inputs: node.inputs.slice(0, 1) }),
  },
  Softmax: { since: 13, upgrade: lastAxisOnly },
  LogSoftmax: { since: 13, upgrade: lastAxisOnly },
}

/** Operators whose meaning changed, and that are not converted; with the opset of the change. */
const unreadable: Record<string, number> = {
  Upsample: 10,
  Resize: 11,
  TopK: 11,
  BatchNormalization: 7,
  Scatter: 11,
}

/**
 * Converts a graph to opset 18, so that rewrites handle one form of each operator. Newer graphs stay unchanged.
 *
 * @throws MODEL_UNSUPPORTED for opsets before 7, and for a few operators whose old form has no equivalent
 */
export function upgraded(graph: Graph, shapes: Shapes): Graph {
  const opset = opsetOf(graph)
  if (opset >= targetOpset) return graph
  if (opset < oldest)
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `opset ${opset} is too old to rewrite; export with opset 17`,
    )
  const build = new GraphBuilder(graph, 'upgrade')
  const nodes = graph.nodes.map((node) => {
    const limit = node.domain === '' ? unreadable[node.op] : undefined
    if (limit !== undefined && opset < limit)
      throw new KernelscopeError(
        'MODEL_UNSUPPORTED',
        `node ${node.name}: ${node.op} of opset ${opset} is not rewritten`,
      )
    const change = node.domain === '' ? upgrades[node.op] : undefined
    return change && opset < change.since ? change.upgrade({ node, build, opset, shapes }) : node
  })
  const result = build.finish({ nodes })
  return {
    ...result,
    irVersion: Math.max(8, graph.irVersion),
    opsets: new Map(graph.opsets).set('', targetOpset),
  }
}

function without(node: Node, ...names: string[]): Node {
  const kept = Object.entries(node.attributes).filter(([name]) => !names.includes(name))
  return { ...node, attributes: Object.fromEntries(kept) }
}

function withInput(node: Node, place: number, name: string): Node {
  const inputs = [...node.inputs]
  while (inputs.length < place) inputs.push('')
  inputs[place] = name
  return { ...node, inputs }
}

function split({ node, build }: OldNode): Node {
  const sizes = intsOf(node, 'split')
  if (sizes) return withInput(without(node, 'split'), 1, build.int64s(sizes))
  if (node.inputs[1]) return node
  return { ...node, attributes: { ...node.attributes, num_outputs: int(node.outputs.length) } }
}

function pad({ node, build }: OldNode): Node {
  const value = build.scalar(floatOf(node, 'value', 0))
  return withInput(
    withInput(without(node, 'pads', 'value'), 1, build.int64s(intsOf(node, 'pads') ?? [])),
    2,
    value,
  )
}

function slice({ node, build }: OldNode): Node {
  const starts = intsOf(node, 'starts') ?? []
  const ends = (intsOf(node, 'ends') ?? []).map((end) => Math.min(end, 2 ** 31 - 1))
  const axes = intsOf(node, 'axes') ?? starts.map((_, index) => index)
  const lists = [starts, ends, axes].map((list) => build.int64s(list))
  return { ...without(node, 'starts', 'ends', 'axes'), inputs: [node.inputs[0] ?? '', ...lists] }
}

function clip({ node, build }: OldNode): Node {
  let result = without(node, 'min', 'max')
  if ('min' in node.attributes) result = withInput(result, 1, build.scalar(floatOf(node, 'min', 0)))
  if ('max' in node.attributes) result = withInput(result, 2, build.scalar(floatOf(node, 'max', 0)))
  return result
}

/** Before opset 13, Softmax is over all axes from `axis` (default 1) on. Only the last axis can be converted. */
function lastAxisOnly({ node, shapes }: OldNode): Node {
  const rank = shapes.get(node.inputs[0] ?? '')?.shape?.length
  if (rank === undefined || wrapAxis(intOf(node, 'axis', 1), rank) !== rank - 1)
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `node ${node.name}: ${node.op} over several axes is not rewritten`,
    )
  return { ...node, attributes: { axis: int(-1) } }
}
