import { float, int, ints } from '../../onnx/index.ts'
import { add, multiply, permute, reshape } from './axes.ts'
import { count, difference, inverseRoot, product, type Expression } from './expression.ts'
import type { Net, Value } from './net.ts'

/**
 * Batch norm of [C,H,W] by its running statistics: `<path>.weight`, `.bias`, `.running_mean`, `.running_var`, each [C]. It
 * stays a node; ONNX Runtime folds it into the convolution before it.
 *
 * @throws MODEL_UNSUPPORTED where a tensor is missing or does not fit
 */
export function batchNorm(net: Net, path: string, x: Value, epsilon = 1e-5): Value {
  const names = ['weight', 'bias', 'running_mean', 'running_var']
  const weights = names.map((name) => vector(net, `${path}.${name}`, x.shape[0]))
  return net.node(path, 'BatchNormalization', [x, ...weights], x.shape, { epsilon: float(epsilon) })
}

/** Factor and shift, each [C], that a batch norm is at inference: y = factor x + shift. */
export function batchNormAs(
  net: Net,
  path: string,
  epsilon = 1e-5,
): { factor: Expression; shift: Expression } {
  const one = (name: string) => net.expression(`${path}.${name}`)
  const factor = product(one('weight'), inverseRoot(one('running_var'), epsilon))
  return { factor, shift: difference(one('bias'), product(one('running_mean'), factor)) }
}

/**
 * Layer norm over the last axis, with `<path>.weight` and `<path>.bias`.
 *
 * @throws MODEL_UNSUPPORTED where a tensor is missing or does not fit
 */
export function layerNorm(net: Net, path: string, x: Value, epsilon = 1e-6): Value {
  const weights = ['weight', 'bias'].map((name) => vector(net, `${path}.${name}`, x.shape.at(-1)))
  return net.node(path, 'LayerNormalization', [x, ...weights], x.shape, {
    axis: int(-1),
    epsilon: float(epsilon),
  })
}

/** Layer norm over the channels of [C,H,W]. */
export function channelNorm(net: Net, path: string, x: Value, epsilon = 1e-6): Value {
  const last = permute(net, path, x, [1, 2, 0])
  return permute(net, path, layerNorm(net, path, last, epsilon), [2, 0, 1])
}

/**
 * Group norm of [C,H,W] with `<path>.weight` and `<path>.bias`, as PyTorch exports it: an instance norm of the groups, then
 * scale and shift of the channels.
 *
 * @throws MODEL_UNSUPPORTED where a tensor is missing or does not fit
 */
export function groupNorm(net: Net, path: string, x: Value, groups: number, epsilon = 1e-5): Value {
  const channels = x.shape[0] ?? 0
  const constants = [1, 0].map((value) => net.floats(new Array<number>(groups).fill(value), [groups]))
  const grouped = reshape(net, path, x, [groups, count(x.shape) / groups])
  const normed = net.node(path, 'InstanceNormalization', [grouped, ...constants], grouped.shape, {
    epsilon: float(epsilon),
  })
  const back = reshape(net, path, normed, x.shape)
  const [weight, bias] = ['weight', 'bias'].map((name) => perChannel(net, `${path}.${name}`, channels))
  const scaled = net.node(path, 'Mul', [back, weight ?? ''], x.shape)
  return net.node(path, 'Add', [scaled, bias ?? ''], x.shape)
}

/**
 * Global response norm of [H,W,C] with `<path>.gamma` and `<path>.beta`, [C] each (Woo et al. 2023): channels are scaled by
 * their length over all places, relative to the mean of these lengths. It is written as timm does (timm/layers/grn.py),
 * y = beta + (gamma length / (mean + 1e-6) + 1) x, which is not taken for a residual unit as x + gamma x … + beta would be.
 *
 * @throws MODEL_UNSUPPORTED where a tensor is missing or does not fit
 */
export function responseNorm(net: Net, path: string, x: Value): Value {
  const channels = x.shape[2] ?? 0
  const shape = [1, 1, channels]
  const lengths = net.node(path, 'ReduceL2', [x], shape, { axes: ints([1, 2]), keepdims: int(1) })
  const mean = net.node(path, 'ReduceMean', [lengths], [1, 1, 1], { axes: ints([-1]), keepdims: int(1) })
  const least = net.node(path, 'Add', [mean, net.floats([1e-6])], [1, 1, 1])
  const relative = net.node(path, 'Div', [lengths, least], shape)
  const scaled = multiply(net, path, relative, vector(net, `${path}.gamma`, channels))
  const factor = net.node(path, 'Add', [scaled, net.floats([1])], shape)
  const product = net.node(path, 'Mul', [factor, x], x.shape)
  return add(net, path, product, vector(net, `${path}.beta`, channels))
}

/** A weight of a number for each channel, in a shape that is repeated over [N,C,H,W]. */
export const perChannel = (net: Net, tensor: string, channels: number): Value =>
  net.weight(tensor, { shape: [channels, 1, 1] })

/** A weight of one axis; layers store some with further axes of size 1. */
export const vector = (net: Net, tensor: string, size = 0): Value => net.weight(tensor, { shape: [size] })
