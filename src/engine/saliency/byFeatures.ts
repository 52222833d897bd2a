import type { SaliencyMethod } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { FeatureMaps } from '#shared/maths/featureMaps.ts'
import { fileOfModel } from '../models/index.ts'
import {
  featureGradientOutput,
  featuresOutput,
  onGraphThread,
  type MappedPoint,
  type VariantPlan,
} from '../onnx/index.ts'
import { computedBy } from './computedBy.ts'
import type { MapWay } from './explained.ts'
import type { InspectedModel } from './inspectedModel.ts'
import { oneGradient } from './oneGradient.ts'

/**
 * The variant graph that gives the feature map of a method and the gradient to it.
 *
 * @throws MODEL_UNSUPPORTED where the model has no feature map that a map of the image can be read from
 */
export async function featurePlan(
  model: InspectedModel,
  method: SaliencyMethod,
): Promise<{ plan: VariantPlan; point: MappedPoint }> {
  const points = await onGraphThread({ kind: 'mappedPoints', ...fileOfModel(model) })
  const at = Math.round(computedBy(method.method, 'features').depth(method) * (points.length - 1))
  const point = points[at]
  if (!point)
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `${model.title}: no feature map was found that the output depends on at all positions`,
    )
  return { plan: { op: 'featureGradient', normalisation: model.preprocessing, point: at }, point }
}

/** A value for each position of a feature map, from its channels and the gradients to them, enlarged to [H,W,1]. */
export const byFeatures: MapWay = async function* (input) {
  const { model, method } = input
  const way = computedBy(method.method, 'features')
  const { plan, point } = await featurePlan(model, method)
  const given = [featuresOutput, featureGradientOutput]
  return yield* oneGradient(input, plan, given, ([features, gradients]) => {
    if (!features || !gradients) throw new KernelscopeError('INTERNAL', 'the graph has no feature map')
    const read = ({ data }: typeof features) => channelsFirst(data, features.shape.slice(1), point)
    const { values, ...shape } = read(features)
    return {
      values: way.combine({ features: values, gradients: read(gradients).values, ...shape }),
      grid: gridOf(features.shape, point),
      layer: point.title,
    }
  })
}

type Place = Pick<MappedPoint, 'layout' | 'extraTokens' | 'grid'>

/** The first image of a tensor as [channels, positions], without tokens that are no patches. */
function channelsFirst(
  data: Float32Array,
  [first = 1, second = 1, third = 1]: readonly number[],
  { layout, extraTokens }: Place,
): { values: Float32Array } & Omit<FeatureMaps, 'features' | 'gradients'> {
  if (layout === 'map') {
    const positions = second * third
    return { values: data.slice(0, first * positions), channels: first, positions }
  }
  const [channels, positions] = layout === 'mapLast' ? [third, first * second] : [second, first - extraTokens]
  const skipped = layout === 'tokens' ? extraTokens * channels : 0
  const values = new Float32Array(channels * positions)
  for (let at = 0; at < positions; at++)
    for (let channel = 0; channel < channels; channel++)
      values[channel * positions + at] = data[skipped + at * channels + channel] ?? 0
  return { values, channels, positions }
}

/** Rows and columns of the positions of a tensor; those of tokens are the point's, or a square. */
function gridOf(shape: readonly number[], { layout, extraTokens, grid }: Place): [number, number] {
  const [, first = 1, second = 1, third = 1] = shape
  if (layout === 'map') return [second, third]
  if (layout === 'mapLast') return [first, second]
  const count = first - extraTokens
  const side = Math.sqrt(count)
  if (grid[0] * grid[1] === count) return grid
  return Number.isInteger(side) ? [side, side] : [1, count]
}
