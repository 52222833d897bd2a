import { intOf, type Node } from '../../graph.ts'
import { int, ints, string } from '../../rewrite/build.ts'
import type { SlidingWindow } from '../../shape/spatial.ts'
import type { Context, GradientRule } from '../context.ts'
import { poolWindow } from './pool.ts'
import { cropped, woven } from './woven.ts'

/**
 * The largest pixel of a window gets the gradient; of several equal ones the first, as in PyTorch. That is the first row whose
 * largest pixel it is, and in this row the first column.
 */
export const maxPool: GradientRule = ({ node, dy, c }) => {
  const [x = ''] = node.inputs
  const [y = ''] = node.outputs
  // With ceil_mode ONNX Runtime may infer another shape than it computes, and then refuses elementwise operators.
  const odd = intOf(node, 'ceil_mode', 0) === 1 || c.shape(x, node).length !== 4
  if (odd || [2, 3].some((axis) => c.isOpen(x, axis))) return [scattered(c, node, dy)]
  const { window, spatial } = poolWindow(c, node)
  if (window.dilations.some((d) => d !== 1)) return [scattered(c, node, dy)]
  const [height = 1] = spatial
  const [channels = 1, rows = 1, columns = 1] = c.shape(y, node).slice(1)
  const wide = c.build.node('MaxPool', [x], alongColumns(window))
  const over = { channels, window }
  const dWide = shared(c, { ...over, axis: 2, x: wide, y, dy, from: [height, columns], to: [rows, columns] })
  return [shared(c, { ...over, axis: 3, x, y: wide, dy: dWide, from: spatial, to: [height, columns] })]
}

/** The attributes of a pooling node, for windows of one row. */
const alongColumns = ({ kernel, strides, begin, end }: SlidingWindow) => ({
  kernel_shape: ints([1, kernel[1] ?? 1]),
  strides: ints([1, strides[1] ?? 1]),
  pads: ints([0, begin[1] ?? 0, 0, end[1] ?? 0]),
})

interface Pooled {
  /** Axis of the windows, 2 or 3; `from` and `to` are the sizes [H,W] of x and y. */
  axis: number
  window: SlidingWindow
  channels: number
  x: string
  y: string
  dy: string
  from: readonly number[]
  to: readonly number[]
}

/**
 * The gradient of y, the largest of each window of x along one axis: the first tap that equals y takes dy. Taps a stride apart
 * are one tensor, shifted; those of one remainder by the stride are added, and the remainders woven together.
 */
function shared(c: Context, { axis, window, channels, x, y, dy, from, to }: Pooled): string {
  const along = axis - 2
  const [stride, kernel] = [window.strides[along] ?? 1, window.kernel[along] ?? 1]
  const size = from[along] ?? 1
  const places = Math.ceil(size / stride)
  const whole = from.map((one, index) => (index === along ? places * stride : one))
  const phases = phasesOf(c, extended(c, x, axis, 0, places * stride - size, -Infinity), axis, stride, [
    channels,
    ...whole,
  ])
  const sums = phases.map((): string | undefined => undefined)
  let rest = dy
  for (let tap = 0; tap < kernel; tap++) {
    const at = tap - (window.begin[along] ?? 0)
    const shift = Math.floor(at / stride)
    const phase = at - shift * stride
    const behind = shift + (to[along] ?? 1) - places
    const last = tap === kernel - 1
    const seen = extended(c, phases[phase] ?? '', axis, -shift, behind, -Infinity)
    // Conditions, not masks of 0 and 1: they may be computed during the forward pass, and are kept in a quarter of the memory.
    const first = last ? '' : c.build.node('Equal', [seen, y])
    const taken = last ? rest : c.where(first, rest)
    if (!last) rest = c.build.node('Where', [first, c.scalar(0), rest])
    const back = extended(c, taken, axis, shift, -behind, 0)
    const sum = sums[phase]
    sums[phase] = sum === undefined ? back : c.add(sum, back)
  }
  const parts = sums.map((sum) => sum ?? c.times(phases[0] ?? '', 0))
  const partSizes = whole.map((one, index) => (index === along ? places : one))
  return cropped(c, woven(c, parts, axis, [channels, ...partSizes]), from, whole)
}

/** Adds `value` before and behind along an axis, or cuts off where the amounts are negative. */
function extended(
  c: Context,
  x: string,
  axis: number,
  before: number,
  behind: number,
  value: number,
): string {
  if (before === 0 && behind === 0) return x
  const amounts = [before, behind].flatMap((amount) => [0, 1, 2, 3].map((at) => (at === axis ? amount : 0)))
  return c.build.node('Pad', [x, c.build.int64s(amounts), c.scalar(value)])
}

/** Every s-th row or column, from the first, the second, … s-th on. */
function phasesOf(c: Context, x: string, axis: number, stride: number, sizes: readonly number[]): string[] {
  if (stride === 1) return [x]
  const split = sizes.flatMap((size, index) => (index + 1 === axis ? [size / stride, stride] : [size]))
  const apart = c.build.node('Reshape', [x, c.build.int64s([0, ...split])])
  const order = [axis + 1, ...[0, 1, 2, 3, 4].filter((at) => at !== axis + 1)]
  const first = c.build.node('Transpose', [apart], { perm: ints(order) })
  return Array.from({ length: stride }, (_, phase) =>
    c.build.node('Squeeze', [
      c.build.node('Slice', [first, ...[phase, phase + 1, 0].map((value) => c.build.int64s([value]))]),
      c.build.int64s([0]),
    ]),
  )
}

/** By the second output of MaxPool, the indices of the maxima: the cotangents are added there. */
function scattered(c: Context, node: Node, dy: string): string {
  const [x = ''] = node.inputs
  const [, places = ''] = c.build.nodeOf(2, 'MaxPool', [x], node.attributes)
  const flat = (name: string) => c.build.node('Reshape', [name, c.build.int64s([-1])])
  const length = c.build.node('Reshape', [c.build.node('Size', [x]), c.build.int64s([1])])
  const zeros = c.build.node('Expand', [c.scalar(0), length])
  const added = c.build.node('ScatterElements', [zeros, flat(places), flat(dy)], {
    axis: int(0),
    reduction: string('add'),
  })
  return c.build.node('Reshape', [added, c.build.node('Shape', [x])])
}
