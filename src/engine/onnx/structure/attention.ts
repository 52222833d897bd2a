import type { Graph } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { Flow } from './flow.ts'
import { extraTokens, patchGrid } from './layout.ts'

/** An attention matrix that is a tensor of the graph: the Softmax over all tokens. */
export interface AttentionMap {
  tensor: string
  /** From 0, in the order of the graph. */
  layer: number
  heads: number
  tokens: number
  /** Tokens in front of the patches; the class token is the first of them. */
  extraTokens: number
  hasClassToken: boolean
  /** Patches down and across. */
  grid: [number, number]
  /** Axes of the tensor: [N,heads,T,T], or [N*heads,T,T]. */
  rank: 3 | 4
}

/**
 * The attention matrices of a model whose tokens are an image's patches, each a tensor that `probe` can read. Empty for
 * models without global attention, for attention within windows (Swin), and where an exporter fused the Softmax away.
 */
export function attentionMaps(graph: Graph): AttentionMap[] {
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const grid = patchGrid(flow)
  const batch = flow.shape(graph.inputs[0]?.name ?? '')?.[0] ?? 1
  const maps: AttentionMap[] = []
  for (const { op, outputs } of graph.nodes) {
    const tensor = outputs[0] ?? ''
    const shape = op === 'Softmax' ? flow.shape(tensor) : null
    const tokens = shape?.at(-1)
    if (!grid || !shape || tokens === undefined || shape.at(-2) !== tokens) continue
    const extra = extraTokens(tokens, flow)
    const heads = shape.length === 4 && shape[0] === batch ? shape[1] : (shape[0] ?? 0) / batch
    if (extra === undefined || heads === undefined || (shape.length !== 3 && shape.length !== 4)) continue
    if (shape.length === 4 && shape[0] !== batch) continue
    maps.push({
      tensor,
      layer: maps.length,
      heads,
      tokens,
      extraTokens: extra,
      hasClassToken: extra > 0,
      grid,
      rank: shape.length,
    })
  }
  return maps
}
