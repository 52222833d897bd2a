import type { Definition, Explained, SaliencyMethod } from '#shared/contract/index.ts'
import { saliencyDefinitionOf } from '#shared/saliencyMethods/index.ts'

/** Sum of the magnitudes over the channels: [H,W] from [H,W,3]. */
export const magnitudes = (channels: Float32Array): Float32Array =>
  overChannels(channels, (r, g, b) => Math.abs(r) + Math.abs(g) + Math.abs(b))

/** Signed sum over the channels: [H,W] from [H,W,3]. */
export const signedSums = (channels: Float32Array): Float32Array =>
  overChannels(channels, (r, g, b) => r + g + b)

function overChannels(
  channels: Float32Array,
  join: (r: number, g: number, b: number) => number,
): Float32Array {
  const result = new Float32Array(channels.length / 3)
  for (let at = 0; at < result.length; at++)
    result[at] = join(channels[3 * at] ?? 0, channels[3 * at + 1] ?? 0, channels[3 * at + 2] ?? 0)
  return result
}

/** The formula of a saliency map; `x` is the image in [0,1]. */
export function definitionOf(method: SaliencyMethod, of: Explained, probabilities: boolean): Definition {
  const output = probabilities ? 'probability of the target' : 'logit of the target'
  return saliencyDefinitionOf(method.method).define(method, of === 'crossEntropy' ? 'cross entropy' : output)
}
