import { intOf, intsOf } from '../graph.ts'
import { wrapAxis } from '../shape/known.ts'
import type { Flow } from './flow.ts'

/** Axes of a feature tensor: [N,C,H,W], [N,H,W,C] or [N,T,C]. */
export type FeatureLayout = 'map' | 'mapLast' | 'tokens'

/** The layout of a tensor; undefined where it has none of the three. */
export function layoutOf(name: string, flow: Flow): FeatureLayout | undefined {
  const shape = flow.shape(name)
  if (shape?.length === 3) return 'tokens'
  if (shape?.length !== 4) return undefined
  const readers = flow.readers(name)
  const overLast = readers.some(
    (node) =>
      node.op === 'MatMul' ||
      (node.op === 'LayerNormalization' && wrapAxis(intOf(node, 'axis', -1), 4) === 3),
  )
  const [, first, second, last] = shape
  const square = second === last ? 'map' : first === second ? 'mapLast' : undefined
  const made = flow.producer(name)
  const toChannelsFirst = made?.op === 'Transpose' && intsOf(made, 'perm')?.join() === '0,3,1,2'
  if (overLast && !toChannelsFirst && square !== 'map') return 'mapLast'
  return square ?? 'map'
}

/**
 * Rows and columns of the patch grid of a token model: the size of the output of the last convolution before the features
 * become tokens. It may embed patches or be the end of a convolutional stem.
 */
export function patchGrid(flow: Flow): [number, number] | undefined {
  const tokens = flow.graph.nodes.find(
    ({ outputs }) => flow.shape(outputs[0] ?? '')?.length === 3 && !flow.isConstant(outputs[0] ?? ''),
  )
  const before = tokens && flow.ancestors(tokens.outputs[0] ?? '', new Set())
  const patches = flow.graph.nodes.findLast((node) => node.op === 'Conv' && before?.has(node))
  const [, , height, width] = flow.shape(patches?.outputs[0] ?? '') ?? []
  return height === undefined || width === undefined ? undefined : [height, width]
}

/** Number of tokens before the patches (class token, registers); undefined where there are fewer tokens than patches. */
export function extraTokens(tokens: number, flow: Flow): number | undefined {
  const grid = patchGrid(flow)
  const extra = grid && tokens - grid[0] * grid[1]
  return extra !== undefined && extra >= 0 && extra <= 16 ? extra : undefined
}
