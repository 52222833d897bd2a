import { int, ints } from '../../onnx/index.ts'
import { count } from './expression.ts'
import type { Net, Value } from './net.ts'

/** One number for both axes, or [height, width]. */
type Both = number | readonly [number, number]
const both = (value: Both): readonly [number, number] => (typeof value === 'number' ? [value, value] : value)

interface Window {
  stride?: Both
  /** Zeros (of a pooling: nothing) on each side; or [top, left, bottom, right]. */
  pad?: Both | readonly [number, number, number, number]
}

const padsOf = (pad: Window['pad'] = 0): readonly [number, number, number, number] => {
  if (typeof pad === 'number') return [pad, pad, pad, pad]
  const [a, b, c = a, d = b] = pad
  return [a, b, c, d]
}

const sizeAfter = (
  [height, width]: readonly [number, number],
  kernel: readonly [number, number],
  { stride = 1, pad }: Window,
): [number, number] => {
  const [down, across] = both(stride)
  const [top, left, bottom, right] = padsOf(pad)
  return [
    Math.floor((height + top + bottom - kernel[0]) / down) + 1,
    Math.floor((width + left + right - kernel[1]) / across) + 1,
  ]
}

const mapOf = ({ shape }: Value): readonly [number, number, number] => {
  const [channels, height, width] = shape
  if (channels === undefined || height === undefined || width === undefined || shape.length !== 3)
    throw new RangeError(`[C,H,W] is expected, it is [${shape.join()}]`)
  return [channels, height, width]
}

const windowAttributes = (kernel: readonly [number, number], { stride = 1, pad }: Window) => ({
  kernel_shape: ints(kernel),
  strides: ints(both(stride)),
  pads: ints(padsOf(pad)),
})

/**
 * Convolution of [C,H,W] with `<path>.weight` [out,C/groups,h,w] and, where there is one, `<path>.bias` [out]. Groups
 * follow from the shapes.
 *
 * @param pad where none is given, zeros on each side keep the size at stride 1
 * @throws MODEL_UNSUPPORTED where a tensor is missing or does not fit
 */
export function conv(net: Net, path: string, x: Value, window: Window = {}): Value {
  return convWith(net, path, x, [net.weight(`${path}.weight`), biasOf(net, path)], window)
}

/** A convolution with a weight and bias that were made before; see `conv`. */
export function convWith(
  net: Net,
  path: string,
  x: Value,
  [weight, bias]: readonly [Value, Value | undefined],
  { stride = 1, pad }: Window = {},
): Value {
  const [channels, height, width] = mapOf(x)
  const [out = 0, perGroup = 0, high = 0, wide = 0] = weight.shape
  if (weight.shape.length !== 4 || channels % perGroup !== 0 || out % (channels / perGroup) !== 0)
    throw net.misfit(`${path}.weight`, [out, channels, high, wide])
  if (bias && bias.shape.join() !== String(out)) throw net.misfit(`${path}.bias`, [out])
  const kernel: [number, number] = [high, wide]
  const window = { stride, pad: pad ?? ([Math.floor(high / 2), Math.floor(wide / 2)] as const) }
  const size = sizeAfter([height, width], kernel, window)
  return net.node(path, 'Conv', bias ? [x, weight, bias] : [x, weight], [out, ...size], {
    ...windowAttributes(kernel, window),
    dilations: ints([1, 1]),
    group: int(channels / perGroup),
  })
}

const biasOf = (net: Net, path: string) => (net.has(`${path}.bias`) ? net.weight(`${path}.bias`) : undefined)

/** Maximum over windows of [C,H,W]. */
export function maxPool(net: Net, path: string, x: Value, kernel: Both, window: Window = {}): Value {
  const [channels, ...size] = mapOf(x)
  const shape = [channels, ...sizeAfter(size, both(kernel), window)]
  return net.node(path, 'MaxPool', [x], shape, windowAttributes(both(kernel), window))
}

/**
 * Maximum over windows of [C,H,W] with zeros around it, which count in the maximum. It is written as a maximum with zero
 * where a window reaches beyond the map, because ONNX Runtime makes of Pad and MaxPool one MaxPool, whose padding does not
 * count (its `PadFusion`, seen in 1.30 at every level of optimisation).
 */
export function zeroPaddedMaxPool(
  net: Net,
  path: string,
  x: Value,
  kernel: number,
  stride: number,
  pad: number,
): Value {
  const [, ...sizes] = mapOf(x)
  const pooled = maxPool(net, path, x, kernel, { stride, pad })
  const [, high = 0, wide = 0] = pooled.shape
  const beyond = (index: number, size: number) => index * stride < pad || index * stride - pad + kernel > size
  const border = Array.from({ length: high * wide }, (_, at) =>
    beyond(Math.floor(at / wide), sizes[0]) || beyond(at % wide, sizes[1]) ? 0 : lowest,
  )
  return net.node(path, 'Max', [pooled, net.floats(border, [1, high, wide])], pooled.shape)
}

/** The lowest float32. */
const lowest = -3.4028234663852886e38

/** Mean over windows of [C,H,W]; `pad` counts as zeros. */
export function averagePool(net: Net, path: string, x: Value, kernel: Both, window: Window = {}): Value {
  const [channels, ...size] = mapOf(x)
  const shape = [channels, ...sizeAfter(size, both(kernel), window)]
  const attributes = { ...windowAttributes(both(kernel), window), count_include_pad: int(1) }
  return net.node(path, 'AveragePool', [x], shape, attributes)
}

/** Mean over all places: [C,H,W] to [C,1,1]. */
export function globalMean(net: Net, path: string, x: Value): Value {
  const [channels] = mapOf(x)
  return net.node(path, 'GlobalAveragePool', [x], [channels, 1, 1])
}

/** Mean over all places: [C,H,W] to [C]. */
export const globalPool = (net: Net, path: string, x: Value): Value =>
  flatten(net, path, globalMean(net, path, x))

/** All elements in one axis. */
export const flatten = (net: Net, path: string, x: Value): Value =>
  net.node(path, 'Flatten', [x], [count(x.shape)], { axis: int(1) })

/**
 * Linear layer on the last axis, with `<path>.weight` [out,in] (or [out,in,1,1]) and, where there is one, `<path>.bias`.
 * A vector goes through one Gemm, tokens through MatMul and Add, as PyTorch exports them.
 *
 * @throws MODEL_UNSUPPORTED where a tensor is missing or does not fit
 */
export function linear(net: Net, path: string, x: Value): Value {
  const inputs = x.shape.at(-1) ?? 0
  const [out = 0, wanted] = net.expression(`${path}.weight`).shape
  const shape = [out, inputs]
  if (wanted !== inputs) throw net.misfit(`${path}.weight`, shape)
  const bias = biasOf(net, path)
  if (bias && bias.shape.join() !== String(out)) throw net.misfit(`${path}.bias`, [out])
  const given = [...x.shape.slice(0, -1), out]
  if (x.shape.length === 1) {
    const weight = net.weight(`${path}.weight`, { shape })
    return net.node(path, 'Gemm', bias ? [x, weight, bias] : [x, weight], given, { transB: int(1) })
  }
  const weight = net.weight(`${path}.weight`, { shape, order: [1, 0] })
  const product = net.node(path, 'MatMul', [x, weight], given)
  return bias ? net.node(path, 'Add', [bias, product], given) : product
}
