import type { Definition, Explained, SaliencyMethod } from '#shared/contract/index.ts'
import { saliencyDefinitionOf } from '#shared/saliencyMethods/index.ts'

/** Sum of the magnitudes over the channels: [H,W] from [H,W,channels]. */
export const magnitudes = (values: Float32Array, channels = 3): Float32Array =>
  overChannels(values, channels, Math.abs)

/** Signed sum over the channels: [H,W] from [H,W,channels]. */
export const signedSums = (values: Float32Array, channels = 3): Float32Array =>
  overChannels(values, channels, (value) => value)

function overChannels(values: Float32Array, channels: number, of: (value: number) => number): Float32Array {
  const result = new Float32Array(values.length / channels)
  for (let at = 0; at < result.length; at++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += of(values[channels * at + channel] ?? 0)
    result[at] = sum
  }
  return result
}

/**
 * The values of a map by which its pixels are put in order, [H,W]: of gradients the sum of magnitudes, of other methods the
 * values themselves, as these have a meaning below 0.
 */
export const orderingValues = (values: Float32Array, channels: number): Float32Array =>
  channels === 1 ? values : magnitudes(values, channels)

/** The formula of a saliency map; `x` is the image in [0,1]. */
export function definitionOf(method: SaliencyMethod, of: Explained, probabilities: boolean): Definition {
  const { computed, define } = saliencyDefinitionOf(method.method)
  const probability = probabilities || computed.by === 'masks'
  const output = probability ? 'probability of the target' : 'logit of the target'
  return define(method, of === 'crossEntropy' ? 'cross entropy' : output)
}
