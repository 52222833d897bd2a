import { saliencyDefinitionOf } from '#shared/saliencyMethods/index.ts'
import { fromErrorShape, type ErrorShape } from '#shared/errors.ts'
import { inCalls, pointsOf, type AttributionPart } from '../inference/index.ts'
import type { VariantPlan } from '../onnx/index.ts'
import { checkWanted } from './context.ts'
import { differentiated, explainedValue, indexOf, outputsOf, type MapWay } from './explained.ts'
import type { InspectedModel } from './inspectedModel.ts'
import { opened } from './opening.ts'
import { loadInputImage } from './picture.ts'
import type { SessionInUse } from './sessions.ts'

/** The variant graph that gradients to the image are taken with. */
export const gradientPlan = ({ preprocessing }: InspectedModel): VariantPlan => ({
  op: 'gradient',
  normalisation: preprocessing,
})

/** Weighted mean gradient [H,W,3] at the points of a method. Takes as many gradients in one call as fit in memory. */
export const byGradients: MapWay = async function* ({ context, model, image, method, target, of }) {
  const inUse = yield* opened(context, model, gradientPlan(model), { total: 1, unit: 'gradients' })
  try {
    const shown = await loadInputImage(context, model, image)
    const { height, width, floats } = shown
    const outputs = await outputsOf(inUse, model, shown)
    const index = indexOf(target, image, outputs)
    const part: AttributionPart = {
      ...{ image: floats, height, width, key: image.digest, method },
      ...{ baseline: model.preprocessing.mean, ...differentiated(model, index, of) },
      ...{ batch: 1, first: 0, count: 0 },
    }
    const points = pointsOf(part)
    const sum = new Float64Array(points.size)
    for (let first = 0; first < points.count;) {
      const note = `${model.title} on ${inUse.provider}`
      yield { type: 'progress', done: first, total: points.count, unit: 'gradients', note }
      checkWanted(context)
      first = await addGradients(inUse, part, { first, of: points.count }, sum)
    }
    const path = pathOf(part)
    const values = Float32Array.from(sum, (value, at) => (value / points.divisor) * (path?.[at] ?? 1))
    const measured = (z: Float32Array) =>
      of === 'logit' ? (z[index] ?? NaN) : explainedValue(z, model, index, of)
    const start = new Float32Array(points.size)
    if (path) points.write(0, start)
    const difference = path
      ? measured(outputs) - measured(await outputsOf(inUse, model, { floats: start, height, width }))
      : 0
    return {
      ...{ values, channels: 3, shown, outputs, index, layer: null, provider: inUse.provider },
      completeness: path ? completenessOf(values, difference) : null,
    }
  } finally {
    inUse.end()
  }
}

/**
 * Adds the gradients of one call's points, from point `first` on. Splits the call where memory runs out.
 *
 * @returns the first point of the next call
 * @throws the error of a point that fails in a call of its own
 */
async function addGradients(
  { session, size }: SessionInUse,
  part: AttributionPart,
  { first, of }: { first: number; of: number },
  sum: Float64Array,
): Promise<number> {
  const usual = Math.min(size.most, of)
  const points = Array.from({ length: Math.min(usual, of - first) }, (_, at) => first + at)
  let problem: ErrorShape | null = null
  await inCalls(size, points, {
    async call(called, places) {
      // The last call is padded, so that all calls have one shape, unless memory ran out.
      const whole = called.length === points.length && size.most >= usual
      const answer = await session.attribution({
        ...part,
        batch: size.fixed ? places : whole ? usual : called.length,
        first: called[0] ?? first,
        count: called.length,
      })
      for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + (answer.sum[at] ?? 0)
    },
    giveUp: (_, found) => void (problem ??= found),
    ended: () => session.ended,
  })
  if (problem) throw fromErrorShape(problem)
  return first + points.length
}

/** Image minus start of the path [H,W,3], by which some methods multiply their gradient; null for the other methods. */
function pathOf(part: AttributionPart): Float32Array | null {
  const { computed } = saliencyDefinitionOf(part.method.method)
  if (computed.by !== 'gradients' || !computed.timesWay) return null
  const start = new Float32Array(part.image.length)
  pointsOf(part).write(0, start)
  return start.map((value, at) => (part.image[at] ?? 0) - value)
}

function completenessOf(channels: Float32Array, difference: number) {
  const sum = channels.reduce((total, value) => total + value, 0)
  const gap = Math.abs(sum - difference) / Math.max(Math.abs(difference), Number.EPSILON)
  return { sum, difference, gap }
}
