import { KernelscopeError } from '#shared/errors.ts'
import type { Graph } from '../graph.ts'
import { GraphBuilder, int, renameUses } from '../rewrite/build.ts'
import { upgraded } from '../rewrite/upgrade.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import type { FeaturePoint } from '../structure/features.ts'
import { cotangentInput, differentiate, gradientOutput } from './differentiate.ts'

/** Name of the output of `receptiveField`. */
export const contributionOutput = 'contribution'

/**
 * Makes a graph with one output, `contribution` [N,H,W]: the contribution of each pixel of each image to the centre of a
 * feature map. It is the positive part of d sum(relu(features at the centre)) / d pixel, summed over the channels of the
 * input. Its mean over images is the effective receptive field, as in RepLKNet's visualize_erf.py. The graph must have one
 * image input, [N,3,H,W] or [N,H,W,3]. `channels` multiplies the gradient of each colour channel: the standard deviations
 * of the preprocessing convert the gradient of an image in [0,1] to that of the normalised image.
 *
 * @throws MODEL_UNSUPPORTED where the features have no centre, or an operator has no gradient rule
 */
export function receptiveField(
  graph: Graph,
  of: Pick<FeaturePoint, 'tensor' | 'layout' | 'extraTokens'>,
  { channels = [1, 1, 1] }: { channels?: readonly [number, number, number] } = {},
): Graph {
  const shapes = inferShapes(graph, inputSizes(graph, { batch: 2 }))
  const input = graph.inputs[0]
  const shape = shapes.get(of.tensor)?.shape
  if (!shape || !input?.shape)
    throw new KernelscopeError('MODEL_UNSUPPORTED', `tensor ${of.tensor} has no known shape`)
  const centred = atCentre(upgraded(graph, shapes), of, shape)
  const backward = differentiate(centred, { of: centreOutput, wrt: input.name })
  const build = new GraphBuilder(backward, 'contribution')
  const ones = build.node('Expand', [build.scalar(1), build.node('Shape', [centreOutput])])
  const axis = input.shape[1] === 3 ? 1 : 3
  const plain = channels.every((factor) => factor === 1)
  const factors = () => build.constant(channels, 'float32', axis === 1 ? [3, 1, 1] : [3])
  const scaled = plain ? gradientOutput : build.node('Mul', [gradientOutput, factors()])
  const positive = build.node('Relu', [scaled])
  build.node('ReduceSum', [positive, build.int64s([axis])], { keepdims: int(0) }, contributionOutput)
  return build.finish({
    nodes: renameUses(backward.nodes, new Map([[cotangentInput, ones]])),
    inputs: backward.inputs.filter(({ name }) => name !== cotangentInput),
    outputs: [{ name: contributionOutput, type: 'float32', shape: null }],
  })
}

const centreOutput = 'contribution/centre'

/** The part of the graph that computes sum(relu(features)) at the centre, [N]. */
function atCentre(
  graph: Graph,
  { tensor, layout, extraTokens }: Pick<FeaturePoint, 'tensor' | 'layout' | 'extraTokens'>,
  shape: readonly number[],
): Graph {
  const build = new GraphBuilder(graph, 'centre')
  const pick = (x: string, axis: number, place: number) =>
    build.node('Gather', [x, build.constant([place], 'int64', [])], { axis: int(axis) })
  const middle = (axis: number) => Math.floor((shape[axis] ?? 1) / 2)
  const at = () => {
    if (layout === 'map') return pick(pick(tensor, 3, middle(3)), 2, middle(2))
    if (layout === 'mapLast') return pick(pick(tensor, 2, middle(2)), 1, middle(1))
    const side = Math.sqrt((shape[1] ?? 0) - extraTokens)
    if (!Number.isInteger(side))
      throw new KernelscopeError('MODEL_UNSUPPORTED', `tensor ${tensor}: its tokens are not a square grid`)
    return pick(tensor, 1, extraTokens + Math.floor(side / 2) * side + Math.floor(side / 2))
  }
  const positive = build.node('Relu', [at()])
  build.node('ReduceSum', [positive, build.int64s([1])], { keepdims: int(0) }, centreOutput)
  return build.finish({
    outputs: [{ name: centreOutput, type: 'float32', shape: [graph.inputs[0]?.shape?.[0] ?? null] }],
  })
}
