import type { Possibility } from '#shared/contract/models.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { differentiate } from './differentiate/differentiate.ts'
import type { Graph } from './graph.ts'
import { acceptPixels } from './rewrite/acceptPixels.ts'
import { closeSides } from './rewrite/closeSides.ts'
import { gate } from './rewrite/gate.ts'
import { inferShapes } from './shape/infer.ts'
import { assumedSide, inputSizes } from './shape/sizes.ts'
import { noAttentionReason } from './structure/attention.ts'
import { noBlocksReason, residualBlocks } from './structure/blocks.ts'
import { guessFamily } from './structure/family.ts'
import { blockOutputs, noFeaturesReason } from './structure/features.ts'
import { Flow } from './structure/flow.ts'
import { convolutionsOf } from './structure/layers.ts'

/**
 * Lists which rewrites a graph allows, and the reasons where it does not. Some rewrites are tried. That takes half a
 * second for graphs of thousands of nodes, so call it in the graph thread.
 *
 * @param refused why only the network as it is can be run
 */
export function possibleRewrites(graph: Graph, refused?: string): Possibility[] {
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const depthwise = convolutionsOf(flow).some((one) => one.depthwise && one.kernel[0] >= 3)
  const found = residualBlocks(flow)
  const blocks = found
    .filter(({ removable }) => removable)
    .map(({ units }) => ({ adds: units.map(({ add }) => add.name) }))
  const noBlocks = noBlocksReason(found, guessFamily(flow).family)
  const answer = (rewrite: Possibility['rewrite'], reason: string | undefined) =>
    answered(rewrite, rewrite === 'pixels' ? reason : (refused ?? reason))
  return [
    answer(
      'pixels',
      refusalOf(() => acceptPixels(graph, { mean: [0, 0, 0], std: [1, 1, 1] })),
    ),
    answer('probe', blockOutputs(graph).length > 0 ? undefined : noFeaturesReason),
    answer('gate', noBlocks ?? refusalOf(() => gate(graph, blocks))),
    answer('bypass', noBlocks ?? refusalOf(() => gate(graph, blocks, [...blocks.keys()]))),
    answer('maskKernel', depthwise ? undefined : 'there is no depthwise convolution of 3x3 or larger'),
    answer(
      'differentiate',
      refusalOf(() => differentiate(closeSides(graph, [assumedSide, assumedSide]))),
    ),
    answer('attention', noAttentionReason(graph)),
  ]
}

const answered = (rewrite: Possibility['rewrite'], reason: string | undefined): Possibility =>
  reason === undefined ? { rewrite, possible: true } : { rewrite, possible: false, reason }

/** Why a rewrite was refused; undefined where it was not. Other errors are thrown. */
function refusalOf(rewrite: () => Graph): string | undefined {
  try {
    rewrite()
    return undefined
  } catch (error) {
    if (error instanceof KernelscopeError && error.code === 'MODEL_UNSUPPORTED') return error.message
    throw error
  }
}
