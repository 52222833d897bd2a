import type { Inspection } from '#shared/contract/models.ts'
import { KernelscopeError } from '#shared/errors.ts'

/** Input and output of a classifier. */
export interface ClassifierInterface {
  input: string
  output: string
  /** Size of the input in pixels; null where the model accepts any size. */
  height: number | null
  width: number | null
  classes: number
  /** Images per call that the file fixes, or 'dynamic'; 1 where images of a call would influence each other. */
  batch: number | 'dynamic'
}

/** Longest side in pixels of an image that a classifier takes. */
export const largestSide = 16_384
/** Largest sizes of a classifier that are worked with. ImageNet-21k has 21,841 classes. */
const most = { side: largestSide, batch: 65_536, classes: 1_000_000 }

/**
 * Finds the image input and the class output of a model.
 *
 * @throws MODEL_UNSUPPORTED where the model is not an image classifier; the message gives the reason
 */
export function classifierInterface({
  inputs,
  outputs,
  scaledByCall = false,
}: Pick<Inspection, 'inputs' | 'outputs' | 'scaledByCall'>): ClassifierInterface {
  const refuse = (reason: string) => new KernelscopeError('MODEL_UNSUPPORTED', reason)
  const [input, ...moreInputs] = inputs
  const [output] = outputs
  if (!input) throw refuse('inputs: the model has none')
  if (moreInputs.length > 0) throw refuse(`inputs: one image is expected, the model has ${inputs.length}`)
  const shown = `[${input.shape.map((dim) => dim ?? '?').join(',')}]`
  if (input.type !== 'float32' && input.type !== 'float16')
    throw refuse(`input ${input.name}: float32 is expected, it is ${input.type}`)
  const [batch = null, channels, height = null, width = null] = input.shape
  if (input.shape.length !== 4 || channels !== 3)
    throw refuse(`input ${input.name}: [N,3,H,W] is expected, it is ${shown}`)
  if (!output) throw refuse('outputs: the model has none')
  const classes = output.shape[1]
  if (output.shape.length !== 2 || typeof classes !== 'number')
    throw refuse(
      `output ${output.name}: [N,classes] is expected, it is [${output.shape.map((dim) => dim ?? '?').join(',')}]`,
    )
  const size = (dim: number | string | null) => (typeof dim === 'number' ? dim : null)
  const within = (dim: number | null, least: number, largest: number) =>
    dim === null || (dim >= least && dim <= largest)
  if (![height, width].every((side) => within(size(side), 1, most.side)))
    throw refuse(`input ${input.name}: sides of 1 to ${most.side} pixels are expected, it is ${shown}`)
  if (!within(size(batch), 1, most.batch))
    throw refuse(`input ${input.name}: a batch of 1 to ${most.batch} is expected, it is ${shown}`)
  if (!within(classes, 1, most.classes))
    throw refuse(`output ${output.name}: 1 to ${most.classes} classes are expected, it has ${classes}`)
  return {
    input: input.name,
    output: output.name,
    height: size(height),
    width: size(width),
    classes,
    batch: size(batch) ?? (scaledByCall ? 1 : 'dynamic'),
  }
}
