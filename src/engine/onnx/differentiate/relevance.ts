import { KernelscopeError } from '#shared/errors.ts'
import type { Graph } from '../graph.ts'
import { fourAxes } from '../rewrite/attentionAxes.ts'
import { GraphBuilder, int } from '../rewrite/build.ts'
import type { AttentionMap } from '../structure/attention.ts'
import { crossEntropyGradient } from './crossEntropy.ts'
import { innerGradientOutput } from './differentiate.ts'

/** Name of the output of `relevance`. */
export const relevanceOutput = 'relevance'

/**
 * Adds the relevance of the tokens for what labels and weight choose (as in `crossEntropyGradient`), [N,T]: the row of the
 * class token, else the mean of all rows, of R_l = R_(l-1) + C_l R_(l-1) with R_0 = I and C the mean over heads of the
 * positive part of attention times its gradient. Source: Chefer, Gur and Wolf 2021 (ICCV), rules 5 and 6.
 *
 * @throws MODEL_UNSUPPORTED where the matrices differ in size, or an operator behind the first has no gradient rule
 */
export function relevance(graph: Graph, maps: readonly AttentionMap[]): Graph {
  const tokens = maps[0]?.tokens ?? 0
  if (tokens === 0 || maps.some((map) => map.tokens !== tokens))
    throw new KernelscopeError('MODEL_UNSUPPORTED', 'attention: the layers differ in their number of tokens')
  const backward = crossEntropyGradient(
    graph,
    maps.map(({ tensor }) => tensor),
  )
  const build = new GraphBuilder(backward, 'relevance')
  const identity = Array.from({ length: tokens * tokens }, (_, at) => (at % (tokens + 1) === 0 ? 1 : 0))
  let sum = build.constant(identity, 'float32', [tokens, tokens])
  for (const [index, map] of maps.entries()) {
    const product = build.node('Mul', [
      fourAxes(build, map.tensor, map),
      fourAxes(build, innerGradientOutput(index), map),
    ])
    const heads = build.node('ReduceMean', [build.node('Relu', [product]), build.int64s([1])], {
      keepdims: int(0),
    })
    sum = build.node('Add', [sum, build.node('MatMul', [heads, sum])])
  }
  if (maps[0]?.hasClassToken)
    build.node('Gather', [sum, build.constant([0], 'int64', [])], { axis: int(1) }, relevanceOutput)
  else build.node('ReduceMean', [sum, build.int64s([1])], { keepdims: int(0) }, relevanceOutput)
  return build.finish({
    outputs: [...backward.outputs.slice(0, 1), { name: relevanceOutput, type: 'float32', shape: null }],
  })
}
