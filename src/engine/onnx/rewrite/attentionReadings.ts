import { KernelscopeError } from '#shared/errors.ts'
import type { Graph, Value } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import type { AttentionMap } from '../structure/attention.ts'
import { fourAxes } from './attentionAxes.ts'
import { GraphBuilder, int } from './build.ts'
import { upgraded } from './upgrade.ts'

/** Name of the input of `attentionReadings` for the index of the query token, float32 [1]. */
export const queryInput = 'query'

/** Name of an output of one layer. */
export const readingOutput = (reading: 'row' | 'mean' | 'rollout', layer: number) => `${reading}-${layer}`

/**
 * Adds outputs with readings of every attention matrix A [N,heads,T,T]. The matrices are not outputs, because they take
 * hundreds of megabytes in a large model. `row-l` [N,heads,T] is the row of the token that is fed as `query`. `mean-l`
 * [N,heads,T] is the mean over all queries. `rollout-l` [N,T] is the query's row of the attention rollout up to layer l,
 * R_l = (A_l + I)/2 R_(l-1) with A averaged over heads (Abnar & Zuidema 2020); its rows sum to 1.
 *
 * @throws MODEL_UNSUPPORTED where the matrices have different sizes
 */
export function attentionReadings(graph: Graph, maps: readonly AttentionMap[]): Graph {
  const [first] = maps
  const tokens = first?.tokens ?? 0
  if (!first || maps.some((map) => map.tokens !== tokens))
    throw new KernelscopeError('MODEL_UNSUPPORTED', 'attention: the layers differ in their number of tokens')
  const modern = upgraded(graph, inferShapes(graph, inputSizes(graph)))
  const build = new GraphBuilder(modern, 'attention')
  const query = build.node('Cast', [queryInput], { to: int(7) })
  const identity = Array.from({ length: tokens * tokens }, (_, at) => (at % (tokens + 1) === 0 ? 0.5 : 0))
  const half = build.constant(identity, 'float32', [tokens, tokens])
  const outputs: Value[] = []
  const give = (name: string, tensor: string) => {
    build.node('Identity', [tensor], {}, name)
    outputs.push({ name, type: 'float32', shape: null })
  }
  const rowOf = (matrix: string, axis: number) =>
    build.node('Squeeze', [build.node('Gather', [matrix, query], { axis: int(axis) }), build.int64s([axis])])
  let rollout: string | undefined
  for (const map of maps) {
    const matrix = build.node('Cast', [fourAxes(build, map.tensor, map)], { to: int(1) })
    give(readingOutput('row', map.layer), rowOf(matrix, 2))
    give(
      readingOutput('mean', map.layer),
      build.node('ReduceMean', [matrix, build.int64s([2])], { keepdims: int(0) }),
    )
    const heads = build.node('ReduceMean', [matrix, build.int64s([1])], { keepdims: int(0) })
    const mixed = build.node('Add', [build.node('Mul', [heads, build.scalar(0.5)]), half])
    rollout = rollout === undefined ? mixed : build.node('MatMul', [mixed, rollout])
    give(readingOutput('rollout', map.layer), rowOf(rollout, 1))
  }
  return build.finish({
    inputs: [...modern.inputs, { name: queryInput, type: 'float32', shape: [1] }],
    outputs: [...modern.outputs, ...outputs],
  })
}
