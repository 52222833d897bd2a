import { outputTitle } from '#shared/classNames.ts'
import type { Explained, SaliencyMethod, SaliencyResult, SaliencyTarget } from '#shared/contract/index.ts'
import { fromErrorShape, KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { argmax } from '#shared/maths/logits.ts'
import { saliencyDefinitionOf } from '#shared/saliencyMethods/index.ts'
import { inCalls, pointsOf, type AttributionPart, type TensorSession } from '../inference/index.ts'
import {
  classifierInterface,
  labelsInput,
  pixelsInput,
  weightInput,
  type VariantPlan,
} from '../onnx/index.ts'
import type { Db } from '../workspace/index.ts'
import { floatPart, mapKey } from './kept.ts'
import { definitionOf, magnitudes, signedSums } from './methods.ts'
import { givesProbabilities, probabilitiesOf, rangeOf, loadInputImage, topClasses } from './picture.ts'
import { checkWanted, type ImageFile, type MapContext, type MapStream } from './context.ts'
import { type InspectedModel } from './inspectedModel.ts'
import { opened } from './opening.ts'
import type { SessionInUse } from './sessions.ts'

export interface SaliencyRequest {
  method: SaliencyMethod
  target: SaliencyTarget
  of: Explained
}

/** The variant graph that `saliency` opens. */
export const gradientPlan = ({ preprocessing }: InspectedModel): VariantPlan => ({
  op: 'gradient',
  normalisation: preprocessing,
})

/**
 * Computes a gradient-based saliency map [H,W,3] of an image for an output of the model. Takes as many gradients in one
 * call as fit in memory.
 *
 * @throws MODEL_UNSUPPORTED where an operator has no gradient rule; the message names the operator and the node
 * @throws USAGE where the target is not a class of the model, or is the true class and the model does not know it
 * @throws OUT_OF_MEMORY where not even one gradient fits in memory
 * @throws CANCELLED where `context.signal` is aborted
 */
export async function* saliency(
  context: MapContext,
  db: Db | null,
  model: InspectedModel,
  image: ImageFile,
  { method, target, of }: SaliencyRequest,
): MapStream<SaliencyResult> {
  checkTarget(target, model, image)
  const key = mapKey({
    map: 'saliency',
    version: 1,
    model: model.digest,
    preprocessing: model.preprocessing,
    labels: model.labels,
    image: image.digest,
    trueClass: image.trueClass,
    method,
    target,
    of,
    provider: context.settings.provider,
  })
  const known = context.kept.find<SaliencyResult>(db, key, 'saliency')
  if (known) {
    yield { type: 'result', result: { ...known, milliseconds: 0 } }
    return
  }
  const progress = (done: number, total: number, note: string) =>
    ({ type: 'progress', done, total, unit: 'gradients', note }) as const
  yield progress(0, 1, `opening ${model.title}`)
  checkWanted(context)
  const started = performance.now()
  const inUse = yield* opened(context, model, gradientPlan(model), { total: 1, unit: 'gradients' })
  try {
    const shown = await loadInputImage(context, model, image)
    const { height, width, floats } = shown
    const outputsAt = (pixels: Float32Array) => outputsOf(inUse.session, model, pixels, height, width)
    const outputs = await outputsAt(floats)
    const index = indexOf(target, image, outputs)
    const labels = new Float32Array(model.classes)
    labels[index] = of === 'logit' ? -1 : 1
    const part = {
      image: floats,
      height,
      width,
      key: image.digest,
      method,
      baseline: model.preprocessing.mean,
      labels,
      weight: of === 'logit' ? 0 : 1,
      batch: 1,
      first: 0,
      count: 0,
    }
    const points = pointsOf(part)
    const sum = new Float64Array(points.size)
    for (let first = 0; first < points.count;) {
      yield progress(first, points.count, `${model.title} on ${inUse.provider}`)
      checkWanted(context)
      first = await addGradients(inUse, part, { first, of: points.count }, sum)
    }
    const path = pathOf(part)
    const channels = Float32Array.from(sum, (value, at) => (value / points.divisor) * (path?.[at] ?? 1))
    const measured = (z: Float32Array) =>
      of === 'logit' ? (z[index] ?? NaN) : -Math.log(probabilitiesOf(z, model)[index] ?? NaN)
    const start = new Float32Array(points.size)
    if (path) points.write(0, start)
    const difference = path ? measured(outputs) - measured(await outputsAt(start)) : 0
    const [magnitude, signed] = [magnitudes(channels), signedSums(channels)]
    const result: SaliencyResult = {
      key,
      size: [height, width],
      method,
      of,
      target: {
        index,
        label: outputTitle(model.labels, index),
        output: outputs[index] ?? NaN,
        probability: probabilitiesOf(outputs, model)[index] ?? NaN,
      },
      trueClass:
        image.trueClass === null
          ? null
          : { index: image.trueClass, label: outputTitle(model.labels, image.trueClass) },
      top: topClasses(outputs, model),
      magnitude: rangeOf(magnitude),
      signed: rangeOf(signed),
      completeness: path ? completenessOf(channels, difference) : null,
      definitions: [definitionOf(method, of, givesProbabilities(model))],
      provider: inUse.provider,
      milliseconds: performance.now() - started,
    }
    context.kept.put(db, key, {
      kind: 'saliency',
      result,
      parts: {
        channels: floatPart(channels, [height, width, 3]),
        shown: { shape: [height, width, 3], bytes: shown.pixels },
      },
    })
    yield { type: 'result', result }
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

function checkTarget(target: SaliencyTarget, model: InspectedModel, image: ImageFile): void {
  if (target.kind === 'class' && target.index >= model.classes)
    throw new KernelscopeError(
      'USAGE',
      `invalid target: ${model.title} has classes 0 to ${model.classes - 1}`,
    )
  if (target.kind === 'true' && image.trueClass === null)
    throw new KernelscopeError(
      'USAGE',
      `invalid target: ${model.title} does not know the true class of ${image.path}`,
      {
        hint: 'Choose the predicted class or a class by its index, or give the model the labels of the dataset.',
      },
    )
}

function indexOf(target: SaliencyTarget, image: ImageFile, outputs: Float32Array): number {
  if (target.kind === 'class') return target.index
  if (target.kind === 'true' && image.trueClass !== null) return image.trueClass
  const predicted = argmax(outputs)
  if (predicted >= 0) return predicted
  throw new KernelscopeError('INFERENCE_FAILED', 'an output of the model is not a finite number')
}

/** Runs the gradient graph on one image and gives its outputs [classes]. */
async function outputsOf(
  session: TensorSession,
  model: InspectedModel,
  floats: Float32Array,
  height: number,
  width: number,
): Promise<Float32Array> {
  const { output, batch, classes } = classifierInterface(model.inspection)
  const images = batch === 'dynamic' ? 1 : batch
  const pixels = new Float32Array(images * floats.length)
  for (let row = 0; row < images; row++) pixels.set(floats, row * floats.length)
  const { outputs } = await session.run(
    [
      { name: pixelsInput, data: pixels, shape: [images, height, width, 3] },
      { name: labelsInput, data: new Float32Array(images * classes), shape: [images, classes] },
      { name: weightInput, data: new Float32Array(1), shape: [1] },
    ],
    [output],
  )
  return (outputs[0]?.data ?? new Float32Array()).slice(0, classes)
}

/** Image minus start of the path [H,W,3], by which some methods multiply their gradient; null for the other methods. */
function pathOf(part: Parameters<typeof pointsOf>[0]): Float32Array | null {
  if (!saliencyDefinitionOf(part.method.method).timesWay) return null
  const start = new Float32Array(part.image.length)
  pointsOf(part).write(0, start)
  return start.map((value, at) => (part.image[at] ?? 0) - value)
}

function completenessOf(channels: Float32Array, difference: number) {
  const sum = channels.reduce((total, value) => total + value, 0)
  const gap = Math.abs(sum - difference) / Math.max(Math.abs(difference), Number.EPSILON)
  return { sum, difference, gap }
}
