import type { Graph, Node } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { Flow } from './flow.ts'
import { extraTokens, patchGrid } from './layout.ts'

/** An attention matrix that is a tensor of the graph: the output of a Softmax over all tokens. */
export interface AttentionMap {
  tensor: string
  /** Index of the layer from 0, in the order of the graph. */
  layer: number
  heads: number
  tokens: number
  /** Number of tokens before the patches. A class token is the first of them. */
  extraTokens: number
  hasClassToken: boolean
  /** Rows and columns of patches. */
  grid: [number, number]
  /** Number of axes of the tensor: [N,heads,T,T], or [N*heads,T,T]. */
  rank: 3 | 4
}

/**
 * Finds the attention matrices of a model whose tokens are the patches of an image. `probe` can read each of them. The
 * list is empty for models without global attention, for attention within windows (Swin), and for fused attention.
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

/** Fused operators of a whole attention layer. Their matrix is not a tensor of the graph. */
const fusedAttention = new Set([
  'Attention',
  'MultiHeadAttention',
  'GroupQueryAttention',
  'PackedMultiHeadAttention',
  'QAttention',
  'DecoderMaskedMultiHeadAttention',
])

export const noAttentionHint = 'Choose a ViT that was exported with fused attention off.'

/** Why a graph has no attention maps; undefined where it has some. */
export function noAttentionReason(graph: Graph): string | undefined {
  if (attentionMaps(graph).length > 0) return undefined
  const because = (reason: string) => `no attention maps found, because ${reason}`
  const fused = graph.nodes.find(({ op }) => fusedAttention.has(op))
  if (fused)
    return because(
      `attention is fused into one operator (${operatorName(fused)} at node ${fused.name}), so its matrix is not a tensor of the graph; export with fused attention off`,
    )
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const square = graph.nodes
    .filter(({ op }) => op === 'Softmax')
    .map(({ outputs }) => flow.shape(outputs[0] ?? '') ?? [])
    .find((shape) => shape.length >= 3 && shape.at(-1) === shape.at(-2))
  if (!square) return because('no Softmax runs over pairs of tokens: the model has no self-attention')
  const batch = flow.shape(graph.inputs[0]?.name ?? '')?.[0] ?? 1
  if (square.length >= 4 && (square[0] ?? 0) > batch)
    return because(`attention runs within ${(square[0] ?? 0) / batch} windows of ${square.at(-1)} tokens`)
  return because(
    `the ${square.at(-1)} tokens that attention runs over are not the patches of the convolution before them`,
  )
}

const operatorName = ({ op, domain }: Node) => (domain === '' ? op : `${domain}.${op}`)
