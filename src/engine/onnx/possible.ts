import { KernelscopeError } from '#shared/errors.ts'
import { differentiate } from './differentiate/differentiate.ts'
import type { Graph } from './graph.ts'
import { acceptPixels } from './rewrite/acceptPixels.ts'
import { inferShapes } from './shape/infer.ts'
import { inputSizes } from './shape/sizes.ts'
import { attentionMaps } from './structure/attention.ts'
import { noBlocksReason, residualBlocks } from './structure/blocks.ts'
import { guessFamily } from './structure/family.ts'
import { Flow } from './structure/flow.ts'
import { convolutionsOf } from './structure/layers.ts'

/** What can be done with a graph; `reason` says why not. */
export interface Possibility {
  rewrite: 'pixels' | 'blocks' | 'kernels' | 'attention' | 'gradient'
  possible: boolean
  reason?: string
}

/**
 * Which rewrites a graph allows: pixels as input, blocks removed, kernels masked and shown, attention read, gradient to
 * the image. Tries those that can only be known by trying; takes up to half a second for graphs of thousands of nodes.
 */
export function possibleRewrites(graph: Graph): Possibility[] {
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const depthwise = convolutionsOf(flow).some((one) => one.depthwise && one.kernel[0] >= 3)
  const attends = attentionMaps(graph).length > 0
  return [
    answer(
      'pixels',
      refusalOf(() => acceptPixels(graph, { mean: [0, 0, 0], std: [1, 1, 1] })),
    ),
    answer('blocks', noBlocksReason(residualBlocks(flow), guessFamily(flow).family)),
    answer('kernels', depthwise ? undefined : 'there is no depthwise convolution of 3x3 or larger'),
    answer('attention', attends ? undefined : 'there is no Softmax over all tokens of the image'),
    answer(
      'gradient',
      refusalOf(() => differentiate(graph)),
    ),
  ]
}

const answer = (rewrite: Possibility['rewrite'], reason: string | undefined): Possibility =>
  reason === undefined ? { rewrite, possible: true } : { rewrite, possible: false, reason }

/** Why a rewrite was refused; undefined where it was not. Faults of another kind are passed on. */
function refusalOf(rewrite: () => Graph): string | undefined {
  try {
    rewrite()
    return undefined
  } catch (error) {
    if (error instanceof KernelscopeError && error.code === 'MODEL_UNSUPPORTED') return error.message
    throw error
  }
}
