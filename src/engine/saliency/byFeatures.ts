import type { SaliencyMethod } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { enlarged, type FeatureMaps } from '#shared/maths/featureMaps.ts'
import { fileOfModel } from '../models/index.ts'
import {
  featureGradientOutput,
  featuresOutput,
  onGraphThread,
  type MappedPoint,
  type VariantPlan,
} from '../onnx/index.ts'
import { computedBy } from './computedBy.ts'
import { checkWanted } from './context.ts'
import { differentiated, feedsOf, indexOf, outputsOf, type MapWay } from './explained.ts'
import type { InspectedModel } from './inspectedModel.ts'
import { opened } from './opening.ts'
import { loadInputImage } from './picture.ts'

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
export const byFeatures: MapWay = async function* ({ context, model, image, method, target, of }) {
  const way = computedBy(method.method, 'features')
  const { plan, point } = await featurePlan(model, method)
  const inUse = yield* opened(context, model, plan, { total: 1, unit: 'gradients' })
  try {
    const shown = await loadInputImage(context, model, image)
    const outputs = await outputsOf(inUse, model, shown)
    const index = indexOf(target, image, outputs)
    yield {
      type: 'progress',
      done: 0,
      total: 1,
      unit: 'gradients',
      note: `${model.title} on ${inUse.provider}`,
    }
    checkWanted(context)
    const feeds = feedsOf(model, shown, differentiated(model, index, of))
    const given = [featuresOutput, featureGradientOutput]
    const [features, gradients] = (await inUse.session.run(feeds, given)).outputs
    if (!features || !gradients) throw new KernelscopeError('INTERNAL', 'the graph has no feature map')
    const read = ({ data }: typeof features) => channelsFirst(data, features.shape.slice(1), point)
    const { values, ...shape } = read(features)
    const map = way.combine({ features: values, gradients: read(gradients).values, ...shape })
    return {
      values: enlarged(map, gridOf(features.shape, point), [shown.height, shown.width]),
      ...{ channels: 1, shown, outputs, index, completeness: null, provider: inUse.provider },
      layer: point.title,
    }
  } finally {
    inUse.end()
  }
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
