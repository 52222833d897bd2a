import { multiply } from './axes.ts'
import { conv, globalMean } from './layers.ts'
import type { Net, Value } from './net.ts'

type Activation = (net: Net, path: string, x: Value) => Value

/**
 * Squeeze and excitation (Hu et al. 2018): [C,H,W] times a factor for each channel, which two 1x1 convolutions compute from
 * the means of all channels.
 *
 * @param layers paths of the two convolutions, under `path`
 * @param activations after the first convolution, and what makes the factors
 * @throws MODEL_UNSUPPORTED where a tensor is missing or does not fit
 */
export function squeezeAndExcite(
  net: Net,
  path: string,
  x: Value,
  layers: readonly [string, string],
  [active, gate]: readonly [Activation, Activation],
): Value {
  const [reduce, expand] = layers.map((name) => `${path}.${name}`)
  const narrow = active(net, path, conv(net, reduce ?? '', globalMean(net, path, x)))
  return multiply(net, path, x, gate(net, path, conv(net, expand ?? '', narrow)))
}
