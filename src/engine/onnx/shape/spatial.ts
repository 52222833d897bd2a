import { intOf, intsOf, stringOf, type Node } from '../graph.ts'
import { unknown, type ShapeRule } from './known.ts'

/** Kernel, strides and padding of a sliding window, for each spatial axis, in pixels. */
export interface SlidingWindow {
  kernel: readonly number[]
  strides: readonly number[]
  dilations: readonly number[]
  begin: readonly number[]
  end: readonly number[]
}

/** The sliding window of a convolution or pooling node, for inputs of the size `spatial`. Resolves `auto_pad`. */
export function windowOf(node: Node, kernel: readonly number[], spatial: readonly number[]): SlidingWindow {
  const ones = kernel.map(() => 1)
  const strides = intsOf(node, 'strides') ?? ones
  const dilations = intsOf(node, 'dilations') ?? ones
  const pads = intsOf(node, 'pads') ?? [...kernel, ...kernel].map(() => 0)
  const mode = stringOf(node, 'auto_pad', 'NOTSET')
  if (mode === 'SAME_UPPER' || mode === 'SAME_LOWER') {
    const total = kernel.map((k, axis) => {
      const size = spatial[axis] ?? 0
      const stride = strides[axis] ?? 1
      const reach = (k - 1) * (dilations[axis] ?? 1) + 1
      return Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size)
    })
    const less = total.map((t) => Math.floor(t / 2))
    const more = total.map((t) => Math.ceil(t / 2))
    const upper = mode === 'SAME_UPPER'
    return { kernel, strides, dilations, begin: upper ? less : more, end: upper ? more : less }
  }
  const none = mode === 'VALID'
  const half = kernel.length
  return {
    kernel,
    strides,
    dilations,
    begin: kernel.map((_, axis) => (none ? 0 : (pads[axis] ?? 0))),
    end: kernel.map((_, axis) => (none ? 0 : (pads[axis + half] ?? 0))),
  }
}

function windowOutput(window: SlidingWindow, spatial: readonly number[], ceil = false): number[] {
  return window.kernel.map((k, axis) => {
    const stride = window.strides[axis] ?? 1
    const padded = (spatial[axis] ?? 0) + (window.begin[axis] ?? 0) + (window.end[axis] ?? 0)
    const steps = (padded - (k - 1) * (window.dilations[axis] ?? 1) - 1) / stride
    if (!ceil) return Math.floor(steps) + 1
    const size = Math.ceil(steps) + 1
    // A last window that begins in the end padding is dropped.
    return (size - 1) * stride >= (spatial[axis] ?? 0) + (window.begin[axis] ?? 0) ? size - 1 : size
  })
}

export const conv: ShapeRule = (node, [input, weight]) => {
  const type = input?.type ?? 'float32'
  if (!input?.shape || !weight?.shape) return [unknown(type)]
  const [batch = 1, , ...spatial] = input.shape
  const window = windowOf(node, weight.shape.slice(2), spatial)
  return [{ type, shape: [batch, weight.shape[0] ?? 0, ...windowOutput(window, spatial)] }]
}

export const convTranspose: ShapeRule = (node, [input, weight]) => {
  const type = input?.type ?? 'float32'
  if (!input?.shape || !weight?.shape) return [unknown(type)]
  const [batch = 1, , ...spatial] = input.shape
  const window = windowOf(node, weight.shape.slice(2), spatial)
  const extra = intsOf(node, 'output_padding')
  const given = intsOf(node, 'output_shape')
  const sizes = spatial.map((size, axis) => {
    const reach = ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1
    const full = (window.strides[axis] ?? 1) * (size - 1) + reach + (extra?.[axis] ?? 0)
    return given?.[axis] ?? full - (window.begin[axis] ?? 0) - (window.end[axis] ?? 0)
  })
  return [{ type, shape: [batch, (weight.shape[1] ?? 0) * intOf(node, 'group', 1), ...sizes] }]
}

export const pool: ShapeRule = (node, [input]) => {
  const kernel = intsOf(node, 'kernel_shape')
  if (!input?.shape || !kernel) return node.outputs.map(() => unknown(input?.type))
  const [batch = 1, channels = 1, ...spatial] = input.shape
  const sizes = windowOutput(windowOf(node, kernel, spatial), spatial, intOf(node, 'ceil_mode', 0) === 1)
  const shape = [batch, channels, ...sizes]
  return node.outputs.map((_, index) => ({ type: index === 1 ? 'int64' : input.type, shape }))
}

export const globalPool: ShapeRule = (_node, [input]) => [
  input?.shape
    ? { type: input.type, shape: input.shape.map((dim, axis) => (axis < 2 ? dim : 1)) }
    : unknown(input?.type),
]

export const resize: ShapeRule = (node, inputs) => {
  const [input] = inputs
  const scales = (node.op === 'Upsample' ? inputs[1] : inputs[2])?.value
  const sizes = inputs[3]?.value
  if (!input?.shape) return [unknown(input?.type)]
  const { shape } = input
  const axes = intsOf(node, 'axes') ?? shape.map((_, axis) => axis)
  const result = [...shape]
  for (const [index, axis] of axes.entries()) {
    if (sizes && sizes.length > 0) result[axis] = sizes[index] ?? 0
    else if (scales && scales.length > 0) result[axis] = Math.floor((shape[axis] ?? 0) * (scales[index] ?? 1))
    else return [unknown(input.type)]
  }
  return [{ type: input.type, shape: result }]
}

export const depthToSpace: ShapeRule = (node, [input]) => {
  const [batch = 1, channels = 1, height = 1, width = 1] = input?.shape ?? []
  if (!input?.shape) return [unknown(input?.type)]
  const block = intOf(node, 'blocksize', 1)
  const shape =
    node.op === 'DepthToSpace'
      ? [batch, channels / block ** 2, height * block, width * block]
      : [batch, channels * block ** 2, height / block, width / block]
  return [{ type: input.type, shape }]
}
