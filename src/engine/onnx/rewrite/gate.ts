import { KernelscopeError } from '#shared/errors.ts'
import { codeOf } from '../elementType.ts'
import type { Graph } from '../graph.ts'
import { unitsOf, type BlockAdds } from './branches.ts'
import { GraphBuilder, int } from './build.ts'

/** Name of the input with one gate per block. */
export const gatesInput = 'gates'

/**
 * Adds an input `gates`, float32 [blocks]. The branches of block k are multiplied by gates[k]:
 * `output = input + gates[k] * branch(input)`. Ones give the original model; a zero leaves only the skip path. So one
 * session serves every subset of blocks.
 *
 * The branches of the blocks in `cut` (places in `blocks`) are not computed: their additions add the gate, which must be 0.
 * The additions and the other gates stay, because ONNX Runtime would fuse what comes before and after them otherwise, and
 * the last digits would not be those of the graph without cuts.
 *
 * @param projections whether skip paths may be projections: `output = projection(input) + gates[k] * branch(input)`
 * @throws MODEL_UNSUPPORTED where a block cannot be gated
 */
export function gate(
  graph: Graph,
  blocks: readonly BlockAdds[],
  cut: readonly number[] = [],
  projections = false,
): Graph {
  if (graph.inputs.some(({ name }) => name === gatesInput))
    throw new KernelscopeError('MODEL_UNSUPPORTED', `input ${gatesInput}: the graph has one already`)
  const { units, flow } = unitsOf(graph, blocks, projections)
  const build = new GraphBuilder(graph, gatesInput)
  const branchOf = new Map<string, string>()
  for (const [index, ofBlock] of units.entries()) {
    const one = build.node('Gather', [gatesInput, build.constant([index], 'int64', [])])
    for (const { add, branch } of ofBlock) {
      const type = flow.shapes.get(branch)?.type
      const typed = type === 'float16' ? build.node('Cast', [one], { to: int(codeOf(type)) }) : one
      branchOf.set(add.name, cut.includes(index) ? typed : build.node('Mul', [branch, typed]))
    }
  }
  const nodes = graph.nodes.map((node) => {
    const gated = branchOf.get(node.name)
    const branch = units.flat().find(({ add }) => add.name === node.name)?.branch
    if (gated === undefined) return node
    return { ...node, inputs: node.inputs.map((input) => (input === branch ? gated : input)) }
  })
  return build.finish({
    nodes,
    inputs: [...graph.inputs, { name: gatesInput, type: 'float32', shape: [blocks.length] }],
  })
}
