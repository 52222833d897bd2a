import type { Graph } from '../graph.ts'
import { unitsOf, type BlockAdds } from './branches.ts'
import { GraphBuilder, renameUses } from './build.ts'

/**
 * Removes the branches of some blocks: nodes that read a block's output read its input instead, and the branch is not
 * computed. Equals `gate` with zeros for these blocks.
 *
 * @throws MODEL_UNSUPPORTED where a block cannot be removed
 */
export function bypass(graph: Graph, blocks: readonly BlockAdds[]): Graph {
  const { units } = unitsOf(graph, blocks)
  const inputOf = new Map<string, string>()
  for (const { add, input } of units.flat()) inputOf.set(add.outputs[0] ?? '', input)
  const removed = new Map([...inputOf].map(([output]) => [output, skipTo(output, inputOf)]))
  const build = new GraphBuilder(graph, 'bypass')
  const gone = new Set(units.flat().map(({ add }) => add.name))
  const nodes = renameUses(
    graph.nodes.filter(({ name }) => !gone.has(name)),
    removed,
  )
  for (const { name } of graph.outputs) {
    const source = removed.get(name)
    if (source !== undefined) build.node('Identity', [source], {}, name)
  }
  return build.finish({ nodes })
}

/** Follows a chain of removed blocks to its first input. */
function skipTo(output: string, inputOf: ReadonlyMap<string, string>): string {
  let at = output
  for (let next = inputOf.get(at); next !== undefined; next = inputOf.get(at)) at = next
  return at
}
