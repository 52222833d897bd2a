import { elementCount, intOf, intsOf, type Node } from '../../graph.ts'
import { ints } from '../../rewrite/build.ts'
import { windowOf, type SlidingWindow } from '../../shape/spatial.ts'
import { refusal, type Context, type GradientRule } from '../context.ts'

export const globalAveragePool: GradientRule = ({ node, dy, c }) => {
  const x = node.inputs[0] ?? ''
  const [channels, ...spatial] = c.shape(x, node).slice(1)
  const area = elementCount(spatial)
  if (spatial.some((_, axis) => c.isOpen(x, axis + 2))) return [c.expand(c.times(dy, 1 / area), x)]
  const spread = c.mul(dy, c.floats(new Array<number>(area).fill(1 / area), [1, 1, ...spatial]))
  return [c.blocked(x) ? c.intoBlocked(spread, channels ?? 1) : spread]
}

export const globalMaxPool: GradientRule = ({ node, dy, c }) => {
  const [x = ''] = node.inputs
  const axes = c
    .shape(x, node)
    .slice(2)
    .map((_, index) => index + 2)
  const chosen = c.mask(c.build.node('Equal', [x, node.outputs[0] ?? '']))
  return [c.mul(c.build.node('Div', [dy, c.sum(chosen, axes)]), chosen)]
}

/** Windows of a pooling node, and the spatial size of its input. */
export function poolWindow(c: Context, node: Node): { window: SlidingWindow; spatial: readonly number[] } {
  const x = node.inputs[0] ?? ''
  const spatial = c
    .shape(x, node)
    .slice(2)
    .map((_, axis) => c.fixed(x, axis + 2, node))
  const kernel = intsOf(node, 'kernel_shape') ?? []
  return { window: windowOf(node, kernel, spatial), spatial }
}

/** Every pixel of a window gets an equal share: a transposed convolution with ones, for each channel alone. */
export const averagePool: GradientRule = ({ node, dy, c }) => {
  const x = node.inputs[0] ?? ''
  const { window, spatial } = poolWindow(c, node)
  const output = c.shape(node.outputs[0] ?? '', node).slice(2)
  const shares = output.length === 2 ? windowShares(node, window, spatial, output) : undefined
  if (!shares) throw refusal(node, 'only 2-D pooling is supported')
  const shared = c.mul(dy, c.floats(shares, output))
  const planes = c.build.node('Reshape', [shared, c.build.int64s([-1, 1, ...output])])
  const ones = c.floats(new Array<number>(elementCount(window.kernel)).fill(1), [1, 1, ...window.kernel])
  return [c.reshape(spread(c, planes, ones, window, spatial, output), x)]
}

/** 1 / (number of pixels averaged by the window), for each window [H', W']. */
function windowShares(
  node: Node,
  window: SlidingWindow,
  spatial: readonly number[],
  output: readonly number[],
): number[] {
  const padded = intOf(node, 'count_include_pad', 0) === 1
  const counts = output.map((places, axis) =>
    Array.from({ length: places }, (_, place) => {
      const size = spatial[axis] ?? 0
      const begin = window.begin[axis] ?? 0
      const first = place * (window.strides[axis] ?? 1) - begin
      const taps = Array.from(
        { length: window.kernel[axis] ?? 1 },
        (_, k) => first + k * (window.dilations[axis] ?? 1),
      )
      // The last window of ceil_mode may reach beyond the end padding. Pixels there never count.
      const low = padded ? -begin : 0
      const high = padded ? size + (window.end[axis] ?? 0) : size
      return taps.filter((at) => at >= low && at < high).length
    }),
  )
  const [rows = [], columns = []] = counts
  return rows.flatMap((row) => columns.map((column) => 1 / (row * column)))
}

/** ConvTranspose of [P, K, H', W'] with [K, 1, kh, kw] to [P, 1, H, W], also where the windows do not reach the end. */
function spread(
  c: Context,
  planes: string,
  kernel: string,
  window: SlidingWindow,
  spatial: readonly number[],
  output: readonly number[],
): string {
  // Without pads the transposed convolution covers all windows. Its result is then cut or filled to the padded input.
  const full = c.build.node('ConvTranspose', [planes, kernel], {
    strides: ints(window.strides),
    dilations: ints(window.dilations),
  })
  const covered = output.map(
    (places, axis) =>
      (places - 1) * (window.strides[axis] ?? 1) +
      ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) +
      1,
  )
  const rest = spatial.map((size, axis) => size + (window.begin[axis] ?? 0) - (covered[axis] ?? 0))
  const pads = [0, 0, ...window.begin.map((begin) => -begin), 0, 0, ...rest]
  return pads.every((amount) => amount === 0)
    ? full
    : c.build.node('Pad', [full, c.build.int64s(pads), c.scalar(0)])
}
