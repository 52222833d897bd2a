import { blurKernel, blurred, changedPixels, exchanged, removalOrder } from '#shared/maths/removal.ts'
import {
  outputsOfMany,
  probabilitiesOf,
  type InspectedModel,
  type SessionInUse,
} from '../../../saliency/index.ts'

/** Side and deviation of the kernel that insertion begins with, in pixels, as published. */
const blurSide = 11
const blurSigma = 5

/**
 * Probability of a class while the pixels of an image are removed in the order of a map (replaced by the mean colour of the
 * preprocessing), and while they are inserted into the blurred image: `steps` + 1 values each. Source: Petsiuk et al. 2018.
 *
 * @param floats the image, [height, width, 3] in [0,1]
 * @param session a graph of `floatsPlan`
 */
export async function removalCurves(
  session: SessionInUse,
  model: InspectedModel,
  floats: Float32Array,
  map: ArrayLike<number>,
  { steps, index }: { steps: number; index: number },
): Promise<{ deletion: Float64Array; insertion: Float64Array }> {
  const { size, mean } = model.preprocessing
  const order = removalOrder(map)
  const removed = floats.map((_, at) => mean[at % 3] ?? 0)
  const start = blurred(floats, size, mean, blurKernel(blurSide, blurSigma))
  const count = steps + 1
  const outputs = await outputsOfMany(session, model, 2 * count, (at, target) => {
    const changed = changedPixels(order.length, at % count, steps)
    if (at < count) exchanged(floats, removed, order, changed, target)
    else exchanged(start, floats, order, changed, target)
  })
  const scores = Float64Array.from(outputs, (one) => probabilitiesOf(one, model)[index] ?? NaN)
  return { deletion: scores.slice(0, count), insertion: scores.slice(count) }
}
