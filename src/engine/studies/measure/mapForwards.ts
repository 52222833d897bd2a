import { passesOf, type SaliencyMethod } from '#shared/saliencyMethods/index.ts'
import type { StoredModel } from '../../models/index.ts'
import { gradientForwards } from './gradientForwards.ts'

/**
 * What a map of one image takes, in forward passes of the model. A method with gradients makes its forward passes with the
 * graph of the gradient, and ONNX Runtime computes a graph whole, whichever outputs are asked for: they take as long as a
 * gradient.
 */
export function mapForwards(
  method: SaliencyMethod,
  model: Pick<StoredModel, 'inspection' | 'preprocessing'>,
): number {
  const { gradients, forwards } = passesOf(method, model.preprocessing.size)
  return gradients === 0 ? forwards : (gradients + forwards) * gradientForwards(model)
}
