import { passesOf, saliencyDefinitionOf, type SaliencyMethod } from '#shared/saliencyMethods/index.ts'

/** What is computed for a map, in words. `size`: height and width of the model's input. */
export function workOf(method: SaliencyMethod, size: readonly [number, number]): string {
  const { gradients, forwards } = passesOf(method, size)
  if (gradients === 0) return `${forwards} outputs`
  return gradients === 1 ? 'the gradient' : `${gradients} gradients`
}

/** What the values of a map are, for its colour bar. */
export function valuesLabel({ method }: SaliencyMethod, signed: boolean): string {
  if (saliencyDefinitionOf(method).computed.by !== 'gradients') return signed ? 'Value' : 'Magnitude'
  return signed ? 'Sum over channels' : 'Sum of magnitudes'
}
