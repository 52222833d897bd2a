import { outputTitle } from '#shared/classNames.ts'
import type { Range } from '#shared/contract/index.ts'
import { softmax, topK } from '#shared/maths/logits.ts'
import { unitFloats } from '#shared/maths/unit.ts'
import { givesProbabilities } from '#shared/outputScale.ts'
import type { ImageFile, MapContext } from './context.ts'
import type { InspectedModel } from './inspectedModel.ts'

/** The pixels of an image after the model's preprocessing, before its normalisation. */
export interface InputImage {
  height: number
  width: number
  /** RGB [H,W,3] in [0,255]. */
  pixels: Uint8Array
  /** The same in [0,1]. */
  floats: Float32Array
}

/**
 * Decodes one image, then resizes and crops it for the model.
 *
 * @throws the errors of `ImagePool.load`
 */
export async function loadInputImage(
  { pool }: Pick<MapContext, 'pool'>,
  { preprocessing }: InspectedModel,
  { path, digest }: ImageFile,
): Promise<InputImage> {
  const [height, width] = preprocessing.size
  const shared = new SharedArrayBuffer(height * width * 3)
  await pool.load(
    { path, imageKey: digest, preprocessing, transforms: [{ transform: { op: 'identity' }, slot: 0 }] },
    shared,
  )
  const pixels = new Uint8Array(new Uint8Array(shared))
  return { height, width, pixels, floats: unitFloats(pixels) }
}

/** Probabilities but for a common factor, as shares of their sum. */
function shares(outputs: Float32Array): Float64Array {
  const sum = outputs.reduce((total, value) => total + value, 0)
  return Float64Array.from(outputs, (value) => value / sum)
}

/** Probabilities [classes] of a model's outputs [classes]. */
export const probabilitiesOf = (outputs: Float32Array, model: InspectedModel): ArrayLike<number> =>
  givesProbabilities(model.inspection) ? shares(outputs) : softmax(outputs)

/** The five classes with the highest outputs, in descending order; empty where an output is not finite. */
export function topClasses(outputs: Float32Array, model: InspectedModel) {
  const shares = probabilitiesOf(outputs, model)
  return topK(outputs, 5).map((classIndex) => ({
    classIndex,
    label: outputTitle(model.labels, classIndex),
    probability: shares[classIndex] ?? 0,
  }))
}

/** Lowest and highest value; 0 to 0 where one is infinite or there are no numbers. NaN is ignored. */
export function rangeOf(values: ArrayLike<number>): Range {
  let min = Infinity
  let max = -Infinity
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? NaN
    if (value < min) min = value
    if (value > max) max = value
  }
  return Number.isFinite(min) && Number.isFinite(max) ? { min, max } : { min: 0, max: 0 }
}
