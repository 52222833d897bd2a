import type { Explained, SaliencyMethod, SaliencyTarget } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { argmax } from '#shared/maths/logits.ts'
import type { TensorSession } from '../inference/index.ts'
import { classifierInterface, labelsInput, pixelsInput, weightInput } from '../onnx/index.ts'
import type { ImageFile, MapContext, Progress } from './context.ts'
import type { InspectedModel } from './inspectedModel.ts'
import { probabilitiesOf, type InputImage } from './picture.ts'
import type { SessionInUse } from './sessions.ts'

/** What is asked of a saliency map. */
export interface SaliencyRequest {
  method: SaliencyMethod
  target: SaliencyTarget
  of: Explained
}

/** What a map is computed from. */
export interface MapInput extends SaliencyRequest {
  context: MapContext
  model: InspectedModel
  image: ImageFile
}

/** A map as a way computes it. */
export interface FoundMap {
  /** [height, width, channels], channels 1 or 3. */
  values: Float32Array
  channels: number
  shown: InputImage
  /** Outputs for the image, [classes], and the index of the explained one. */
  outputs: Float32Array
  index: number
  completeness: { sum: number; difference: number; gap: number } | null
  /** Title of the feature map that was read; null where none was. */
  layer: string | null
  provider: string
}

/** Computes a map, and yields progress. */
export type MapWay = (input: MapInput) => AsyncGenerator<Progress, FoundMap, undefined>

/** The labels and the weight to feed to a graph of `crossEntropyGradient` for the gradient of an output or of its cross entropy. */
export function differentiated(model: InspectedModel, index: number, of: Explained) {
  const labels = new Float32Array(model.classes)
  labels[index] = of === 'logit' ? -1 : 1
  return { labels, weight: of === 'logit' ? 0 : 1 }
}

/** The explained value of outputs [classes] where no gradient is taken: probability of a class, or cross entropy with it. */
export function explainedValue(
  outputs: Float32Array,
  model: InspectedModel,
  index: number,
  of: Explained,
): number {
  const probability = probabilitiesOf(outputs, model)[index] ?? NaN
  return of === 'logit' ? probability : -Math.log(probability)
}

/**
 * Index of the explained class.
 *
 * @throws INFERENCE_FAILED where the predicted class is asked for and an output is not finite
 */
export function indexOf(target: SaliencyTarget, image: ImageFile, outputs: Float32Array): number {
  if (target.kind === 'class') return target.index
  if (target.kind === 'true' && image.trueClass !== null) return image.trueClass
  const predicted = argmax(outputs)
  if (predicted >= 0) return predicted
  throw new KernelscopeError('INFERENCE_FAILED', 'an output of the model is not a finite number')
}

/** @throws USAGE where the target is not a class of the model, or is the true class and the model does not know it */
export function checkTarget(target: SaliencyTarget, model: InspectedModel, image: ImageFile): void {
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

/** The rows of a call for one image [height, width, 3]: where the graph fixes their number, all are the same. */
export const rowsOf = ({ inspection }: InspectedModel): number => {
  const { batch } = classifierInterface(inspection)
  return batch === 'dynamic' ? 1 : batch
}

/** The image in all rows of a call, and what else a graph of `crossEntropyGradient` takes. */
export function feedsOf(
  model: InspectedModel,
  { floats, height, width }: Pick<InputImage, 'floats' | 'height' | 'width'>,
  labels: { labels: Float32Array; weight: number } | null,
): Parameters<TensorSession['run']>[0] {
  const rows = rowsOf(model)
  const repeated = (values: Float32Array) => {
    const all = new Float32Array(rows * values.length)
    for (let row = 0; row < rows; row++) all.set(values, row * values.length)
    return all
  }
  const pixels = { name: pixelsInput, data: repeated(floats), shape: [rows, height, width, 3] }
  if (!labels) return [pixels]
  return [
    pixels,
    { name: labelsInput, data: repeated(labels.labels), shape: [rows, model.classes] },
    { name: weightInput, data: Float32Array.of(labels.weight), shape: [1] },
  ]
}

/** Outputs [classes] for one image by a graph of `crossEntropyGradient`, or, with `gradient` false, by one of the network alone. */
export async function outputsOf(
  { session }: SessionInUse,
  model: InspectedModel,
  image: Pick<InputImage, 'floats' | 'height' | 'width'>,
  gradient = true,
): Promise<Float32Array> {
  const { output, classes } = classifierInterface(model.inspection)
  const none = gradient ? { labels: new Float32Array(classes), weight: 0 } : null
  const { outputs } = await session.run(feedsOf(model, image, none), [output])
  return (outputs[0]?.data ?? new Float32Array()).slice(0, classes)
}
