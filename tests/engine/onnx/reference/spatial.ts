import { intOf, intsOf, stringOf, type Node } from '#engine/onnx/graph.ts'
import { fill, get, indices, type Arr } from './array.ts'

interface Window {
  kernel: readonly number[]
  strides: readonly number[]
  dilations: readonly number[]
  begin: readonly number[]
  end: readonly number[]
}

function windowOf(node: Node, kernel: readonly number[], spatial: readonly number[]): Window {
  const pads = intsOf(node, 'pads') ?? [...kernel, ...kernel].map(() => 0)
  const strides = intsOf(node, 'strides') ?? kernel.map(() => 1)
  const dilations = intsOf(node, 'dilations') ?? kernel.map(() => 1)
  const mode = stringOf(node, 'auto_pad', 'NOTSET')
  if (!mode.startsWith('SAME'))
    return { kernel, strides, dilations, begin: pads.slice(0, kernel.length), end: pads.slice(kernel.length) }
  // ceil(size/stride) positions. The missing pixels are split between both ends; an odd one goes to one end.
  const lacking = kernel.map((k, axis) => {
    const [size = 1, stride = 1, dilation = 1] = [spatial[axis], strides[axis], dilations[axis]]
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + dilation * (k - 1) + 1 - size)
  })
  const small = lacking.map((pad) => Math.floor(pad / 2))
  const large = lacking.map((pad) => Math.ceil(pad / 2))
  const [begin, end] = mode === 'SAME_UPPER' ? [small, large] : [large, small]
  return { kernel, strides, dilations, begin, end }
}

function outputOf(
  { kernel, strides, dilations, begin, end }: Window,
  spatial: readonly number[],
  ceil: boolean,
): number[] {
  return kernel.map((k, axis) => {
    const size =
      (spatial[axis] ?? 0) + (begin[axis] ?? 0) + (end[axis] ?? 0) - (dilations[axis] ?? 1) * (k - 1) - 1
    const stride = strides[axis] ?? 1
    let places = (ceil ? Math.ceil(size / stride) : Math.floor(size / stride)) + 1
    if (ceil && (places - 1) * stride >= (spatial[axis] ?? 0) + (begin[axis] ?? 0)) places--
    return places
  })
}

/** Input pixels under a window, each with its kernel tap, without those outside the input. */
function* taps(window: Window, spatial: readonly number[], place: readonly number[]) {
  for (const tap of indices(window.kernel)) {
    const at = tap.map(
      (k, axis) =>
        (place[axis] ?? 0) * (window.strides[axis] ?? 1) -
        (window.begin[axis] ?? 0) +
        k * (window.dilations[axis] ?? 1),
    )
    if (at.every((index, axis) => index >= 0 && index < (spatial[axis] ?? 0))) yield { tap, at }
  }
}

export function conv(node: Node, x: Arr, w: Arr, bias: Arr | undefined): Arr {
  const [n = 1, channels = 1, ...spatial] = x.shape
  const [outputs = 1, perGroup = 1, ...kernel] = w.shape
  const window = windowOf(node, kernel, spatial)
  const group = channels / perGroup
  return fill([n, outputs, ...outputOf(window, spatial, false)], ([i = 0, o = 0, ...place]) => {
    const first = Math.floor(o / (outputs / group)) * perGroup
    let sum = bias?.data[o] ?? 0
    for (const { tap, at } of taps(window, spatial, place))
      for (let c = 0; c < perGroup; c++) sum += get(x, [i, first + c, ...at]) * get(w, [o, c, ...tap])
    return sum
  })
}

export function convTranspose(node: Node, x: Arr, w: Arr, bias: Arr | undefined): Arr {
  const [n = 1, channels = 1, ...spatial] = x.shape
  const [, perGroup = 1, ...kernel] = w.shape
  const group = intOf(node, 'group', 1)
  const window = windowOf(node, kernel, spatial)
  const extra = intsOf(node, 'output_padding') ?? kernel.map(() => 0)
  const target = spatial.map((size, axis) => {
    const reach = ((kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1
    return (
      (size - 1) * (window.strides[axis] ?? 1) +
      reach +
      (extra[axis] ?? 0) -
      (window.begin[axis] ?? 0) -
      (window.end[axis] ?? 0)
    )
  })
  const y = fill([n, perGroup * group, ...target], ([, o = 0]) => bias?.data[o] ?? 0)
  const strides = y.shape.map((_, axis) => y.shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  for (const [i = 0, c = 0, ...place] of indices(x.shape))
    for (const { tap, at } of taps(window, target, place))
      for (let o = 0; o < perGroup; o++) {
        const channel = Math.floor(c / (channels / group)) * perGroup + o
        const flat = [i, channel, ...at].reduce((sum, index, axis) => sum + index * (strides[axis] ?? 1), 0)
        y.data[flat] = (y.data[flat] ?? 0) + get(x, [i, c, ...place]) * get(w, [c, o, ...tap])
      }
  return y
}

export function maxPool(node: Node, x: Arr): Arr[] {
  const [n = 1, channels = 1, ...spatial] = x.shape
  const window = windowOf(node, intsOf(node, 'kernel_shape') ?? [], spatial)
  const shape = [n, channels, ...outputOf(window, spatial, intOf(node, 'ceil_mode', 0) === 1)]
  const largest = ([i = 0, c = 0, ...place]: number[]) => {
    let best = { value: -Infinity, flat: 0 }
    for (const { at } of taps(window, spatial, place)) {
      const value = get(x, [i, c, ...at])
      const flat = [i, c, ...at].reduce((sum, index, axis) => sum * (x.shape[axis] ?? 1) + index, 0)
      if (value > best.value) best = { value, flat }
    }
    return best
  }
  return [fill(shape, (place) => largest(place).value), fill(shape, (place) => largest(place).flat)]
}

export function averagePool(node: Node, x: Arr): Arr {
  const [n = 1, channels = 1, ...spatial] = x.shape
  const window = windowOf(node, intsOf(node, 'kernel_shape') ?? [], spatial)
  const padded = intOf(node, 'count_include_pad', 0) === 1
  const shape = [n, channels, ...outputOf(window, spatial, intOf(node, 'ceil_mode', 0) === 1)]
  return fill(shape, ([i = 0, c = 0, ...place]) => {
    const inside = [...taps(window, spatial, place)].map(({ at }) => get(x, [i, c, ...at]))
    const whole = window.kernel.reduce((product, k, axis) => {
      const first = (place[axis] ?? 0) * (window.strides[axis] ?? 1) - (window.begin[axis] ?? 0)
      const limit = (spatial[axis] ?? 0) + (window.end[axis] ?? 0)
      return (
        product *
        Array.from({ length: k }, (_, tap) => first + tap * (window.dilations[axis] ?? 1)).filter(
          (at) => at < limit,
        ).length
      )
    }, 1)
    return inside.reduce((a, b) => a + b, 0) / (padded ? whole : inside.length)
  })
}

/** Separable sampling along one axis after the other. */
export function resize(node: Node, x: Arr, scales: Arr | undefined, sizes: Arr | undefined): Arr {
  const mode = stringOf(node, 'mode', 'nearest')
  let result = x
  for (const axis of x.shape.keys()) {
    const size = x.shape[axis] ?? 1
    const given = scales && scales.data.length > 0 ? scales.data[axis] : undefined
    const target = given === undefined ? (sizes?.data[axis] ?? size) : Math.floor(size * given)
    const scale = given ?? target / size
    const source = result
    const read = (place: number[], index: number) =>
      get(source, place.with(axis, Math.min(Math.max(index, 0), size - 1)))
    result = fill(source.shape.with(axis, target), (place) => {
      const position = coordinate(node, place[axis] ?? 0, size, target, scale)
      if (mode === 'nearest') return read(place, rounded(node, position))
      const below = Math.floor(position)
      return read(place, below) * (1 - position + below) + read(place, below + 1) * (position - below)
    })
  }
  return result
}

function coordinate(node: Node, at: number, size: number, target: number, scale: number): number {
  const mode = stringOf(node, 'coordinate_transformation_mode', 'half_pixel')
  if (mode === 'asymmetric') return at / scale
  if (mode === 'align_corners') return target === 1 ? 0 : (at * (size - 1)) / (target - 1)
  if (mode === 'pytorch_half_pixel' && target === 1) return 0
  return (at + 0.5) / scale - 0.5
}

function rounded(node: Node, position: number): number {
  switch (stringOf(node, 'nearest_mode', 'round_prefer_floor')) {
    case 'floor':
      return Math.floor(position)
    case 'ceil':
      return Math.ceil(position)
    case 'round_prefer_ceil':
      return Math.floor(position + 0.5)
    default:
      return Math.ceil(position - 0.5)
  }
}
