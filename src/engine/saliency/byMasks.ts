import { fromErrorShape, type ErrorShape } from '#shared/errors.ts'
import { masked, MaskedSum } from '#shared/maths/imageMasks.ts'
import { inCalls } from '../inference/index.ts'
import { classifierInterface, pixelsInput, type VariantPlan } from '../onnx/index.ts'
import { computedBy } from './computedBy.ts'
import { checkWanted } from './context.ts'
import { explainedValue, indexOf, outputsOf, type MapWay } from './explained.ts'
import type { InspectedModel } from './inspectedModel.ts'
import { opened } from './opening.ts'
import { loadInputImage } from './picture.ts'
import type { SessionInUse } from './sessions.ts'

/** The variant graph that gives outputs for images in [0,1]. */
export const floatsPlan = ({ preprocessing }: InspectedModel): VariantPlan => ({
  op: 'floats',
  normalisation: preprocessing,
})

/** A map [H,W,1] from the outputs for masked images. */
export const byMasks: MapWay = async function* ({ context, model, image, method, target, of }) {
  const inUse = yield* opened(context, model, floatsPlan(model), { total: 1, unit: 'images' })
  try {
    const shown = await loadInputImage(context, model, image)
    const { height, width, floats } = shown
    const outputs = await outputsOf(inUse, model, shown, false)
    const index = indexOf(target, image, outputs)
    const baseline = model.preprocessing.mean
    const masks = computedBy(method.method, 'masks').masks(method, { height, width, baseline })
    const pixels = height * width
    const sum = new MaskedSum(masks, pixels, explainedValue(outputs, model, index, of))
    for (let first = 0; first < masks.count;) {
      const note = `${model.title} on ${inUse.provider}`
      yield { type: 'progress', done: first, total: masks.count, unit: 'masked images', note }
      checkWanted(context)
      const count = Math.min(inUse.size.most, masks.count - first)
      const drawn = Array.from({ length: count }, (_, at) => {
        const mask = new Float32Array(pixels)
        masks.write(first + at, mask)
        return mask
      })
      const found = await outputsOfMany(inUse, model, count, (at, target) =>
        masked(floats, drawn[at] ?? new Float32Array(), masks.fill, target),
      )
      for (const [at, mask] of drawn.entries())
        sum.add(mask, explainedValue(found[at] ?? new Float32Array(), model, index, of))
      first += count
    }
    return {
      ...{ values: sum.map(), channels: 1, shown, outputs, index, layer: null, completeness: null },
      provider: inUse.provider,
    }
  } finally {
    inUse.end()
  }
}

/**
 * Outputs [classes] for `count` images [height, width, 3] in [0,1] by a graph of `floatsPlan`, in calls that fit in memory.
 *
 * @param write writes image `at` into `target`
 * @throws the error of an image that fails in a call of its own
 */
export async function outputsOfMany(
  { session, size }: SessionInUse,
  model: InspectedModel,
  count: number,
  write: (at: number, target: Float32Array) => void,
): Promise<Float32Array[]> {
  const [height, width] = model.preprocessing.size
  const { output, classes } = classifierInterface(model.inspection)
  const values = height * width * 3
  const found: Float32Array[] = []
  let problem: ErrorShape | null = null
  const all = Array.from({ length: count }, (_, at) => at)
  await inCalls(size, all, {
    async call(called, places) {
      const data = new Float32Array(places * values)
      for (const [row, at] of called.entries()) write(at, data.subarray(row * values, (row + 1) * values))
      const shape = [places, height, width, 3]
      const { outputs } = await session.run([{ name: pixelsInput, data, shape }], [output])
      for (const [row, at] of called.entries())
        found[at] = (outputs[0]?.data ?? new Float32Array()).slice(row * classes, (row + 1) * classes)
    },
    giveUp: (_, reason) => void (problem ??= reason),
    ended: () => session.ended,
  })
  if (problem) throw fromErrorShape(problem)
  return found
}
