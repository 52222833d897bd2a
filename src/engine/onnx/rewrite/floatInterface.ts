import { codeOf } from '../elementType.ts'
import type { Graph, Value } from '../graph.ts'
import { GraphBuilder, int, renameUses } from './build.ts'

const isHalf = ({ type }: Value) => type === 'float16'

/**
 * Gives a graph float32 inputs and outputs of the same names where they are float16. What is between stays float16.
 *
 * @throws MODEL_UNSUPPORTED where a subgraph (of If or Loop) uses one
 */
export function floatInterface(graph: Graph): Graph {
  const given = floatOutputs(graph)
  if (!given.inputs.some(isHalf)) return given
  const build = new GraphBuilder(given, 'interface')
  const cast = new Map(
    given.inputs
      .filter(isHalf)
      .map(({ name }) => [name, build.node('Cast', [name], { to: int(codeOf('float16')) })]),
  )
  return build.finish({ inputs: given.inputs.map(asFloat), nodes: renameUses(given.nodes, cast) })
}

/**
 * Gives a graph float32 outputs of the same names where they are float16.
 *
 * @throws MODEL_UNSUPPORTED where a subgraph (of If or Loop) uses one
 */
export function floatOutputs(graph: Graph): Graph {
  const halves = graph.outputs.filter(isHalf)
  if (halves.length === 0) return graph
  const build = new GraphBuilder(graph, 'interface')
  const inner = new Map(halves.map(({ name }) => [name, build.fresh(name)]))
  for (const [name, made] of inner) build.node('Cast', [made], { to: int(codeOf('float32')) }, name)
  const nodes = renameUses(graph.nodes, inner).map((node) => ({
    ...node,
    outputs: node.outputs.map((output) => inner.get(output) ?? output),
  }))
  return build.finish({ nodes, outputs: graph.outputs.map(asFloat) })
}

const asFloat = (value: Value): Value => (isHalf(value) ? { ...value, type: 'float32' } : value)
