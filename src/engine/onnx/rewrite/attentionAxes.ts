import type { AttentionMap } from '../structure/attention.ts'
import type { GraphBuilder } from './build.ts'

/** Reshapes an attention matrix to [N,heads,T,T]. */
export function fourAxes(build: GraphBuilder, x: string, { rank, heads, tokens }: AttentionMap): string {
  return rank === 4 ? x : build.node('Reshape', [x, build.int64s([-1, heads, tokens, tokens])])
}
