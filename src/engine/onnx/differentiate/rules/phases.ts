import { intOf, type Node } from '../../graph.ts'
import { int, ints, string } from '../../rewrite/build.ts'
import type { SlidingWindow } from '../../shape/spatial.ts'
import { blockedChannels } from '../blocked.ts'
import type { Context } from '../context.ts'
import { exchanged, phaseKernels, turned, type Taps } from './kernel.ts'
import { cropped, woven } from './woven.ts'

/**
 * The rows (or columns) of the input that have the same remainder by the stride s. Their gradient is a convolution of stride 1
 * over the rows of the output, with every s-th tap of the kernel. There may be no tap.
 */
interface Phase extends Taps {
  /** Zeros before and after the rows of the output. Negative where rows would have to be cut off. */
  begin: number
  end: number
}

/** The phases of the rows and those of the columns, for the one stride of both. */
interface Phases {
  stride: number
  rows: readonly Phase[]
  columns: readonly Phase[]
}

/**
 * The gradient of a convolution of stride s in both directions, from convolutions of stride 1: one for each of the s^2 pairs
 * of phases, or one for all, and their results woven together. ONNX Runtime computes this faster than ConvTranspose, and in
 * its blocked layout. Undefined for other forms: dilations, unequal strides, kernels smaller than their stride but for 1x1.
 */
export function phased(c: Context, node: Node, dy: string, window: SlidingWindow): string | undefined {
  const [stride = 1, other] = window.strides
  if (window.strides.length !== 2 || stride !== other || window.dilations.some((d) => d !== 1))
    return undefined
  const [x = '', weight = ''] = node.inputs
  const sizes = [2, 3].map((axis) => c.fixed(x, axis, node))
  const output = c.shape(node.outputs[0] ?? '', node).slice(2)
  const [rows = [], columns = []] = sizes.map((size, axis) => phasesOf(window, axis, size, output[axis] ?? 0))
  const phases = { stride, rows, columns }
  const places = sizes.map((size) => Math.ceil(size / stride))
  const whole = places.map((count) => count * stride)
  const held = [...rows, ...columns].filter(({ taps }) => taps > 0)
  if (held.some(({ begin, end }) => begin < 0 || end < 0)) return undefined
  const channels = (c.shape(weight, node)[1] ?? 1) * intOf(node, 'group', 1)
  const one = (row: Phase, column: Phase) => convolved(c, node, dy, [row, column])
  if (held.length === stride * 2) {
    const result = mergedIsLess(phases, channels, intOf(node, 'group', 1))
      ? unfolded(c, merged(c, node, dy, phases, window), stride)
      : woven(
          c,
          rows.map((row) =>
            woven(
              c,
              columns.map((column) => one(row, column)),
              3,
              [channels, ...places],
            ),
          ),
          2,
          [channels, places[0] ?? 1, (places[1] ?? 1) * stride],
        )
    return blockedAs(c, x, channels, cropped(c, result, sizes, whole))
  }
  const [row, column] = [rows[0], columns[0]]
  if (held.length !== 2 || !row?.taps || !column?.taps) return undefined
  return blockedAs(c, x, channels, spread(c, one(row, column), channels, phases, sizes))
}

/** Input row s i + a sums the products of tap k and output row o with s o + k = s i + a + begin. */
function phasesOf(window: SlidingWindow, axis: number, size: number, output: number): Phase[] {
  const step = window.strides[axis] ?? 1
  const rows = Math.ceil(size / step)
  return Array.from({ length: step }, (_, a) => {
    const at = a + (window.begin[axis] ?? 0)
    const [first, ahead] = [at % step, Math.floor(at / step)]
    const taps = Math.max(0, Math.ceil(((window.kernel[axis] ?? 1) - first) / step))
    return { first, taps, step, begin: taps - 1 - ahead, end: rows - output + ahead }
  })
}

function convolved(c: Context, node: Node, dy: string, pair: readonly Phase[]): string {
  const [group, weight] = [intOf(node, 'group', 1), node.inputs[1] ?? '']
  const kernel = pair.map(({ taps }) => taps)
  return c.build.node(
    'Conv',
    [dy, exchanged(c, turned(c, weight, pair), c.shape(weight, node), kernel, group)],
    {
      group: int(group),
      pads: ints([...pair.map(({ begin }) => begin), ...pair.map(({ end }) => end)]),
    },
  )
}

/** Most output rows before and behind input row i that a phase needs. */
const reach = (phases: readonly Phase[]) => ({
  before: Math.max(...phases.map(({ begin }) => begin)),
  behind: Math.max(...phases.map(({ taps, begin }) => taps - 1 - begin)),
  end: Math.max(...phases.map(({ end }) => end)),
})

/**
 * Whether one convolution for all phases takes fewer products than one for each. It has zeros for taps that a phase lacks. But
 * for few channels, as those of the image, each one alone would fill a small part of a block.
 */
function mergedIsLess({ stride, rows, columns }: Phases, channels: number, group: number): boolean {
  const blocks = (count: number) => Math.ceil(count / blockedChannels)
  const taps = [rows, columns].map((phases) => phases.reduce((sum, phase) => sum + phase.taps, 0))
  const span = [rows, columns].map((phases) => reach(phases).before + reach(phases).behind + 1)
  const area = ([height = 1, width = 1]: readonly number[]) => height * width
  return group === 1 && area(span) * blocks(channels * stride ** 2) <= area(taps) * blocks(channels)
}

/** [N, s s C, H, W] to [N, C, s H, s W]. */
const unfolded = (c: Context, x: string, stride: number) =>
  c.build.node('DepthToSpace', [x], { blocksize: int(stride), mode: string('DCR') })

function merged(
  c: Context,
  node: Node,
  dy: string,
  { stride, rows, columns }: Phases,
  window: SlidingWindow,
): string {
  const weight = node.inputs[1] ?? ''
  const reaches = [rows, columns].map(reach)
  const taps = reaches.map(({ before, behind }) => before + behind + 1)
  const zeros = reaches.map(({ behind }, axis) => stride * behind - (window.begin[axis] ?? 0))
  return c.build.node('Conv', [dy, phaseKernels(c, weight, c.shape(weight, node), { stride, taps, zeros })], {
    pads: ints([...reaches.map(({ before }) => before), ...reaches.map(({ end }) => end)]),
  })
}

/**
 * Puts zeros between the pixels, so that they come to stand a stride apart: columns by a product with a 0/1 matrix, which takes
 * a fifth of the time of other ways, then rows by padding.
 */
function spread(
  c: Context,
  x: string,
  channels: number,
  { stride }: Phases,
  [height = 1, width = 1]: readonly number[],
): string {
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  const matrix = Array.from({ length: columns * width }, (_, at) =>
    at % width === Math.floor(at / width) * stride ? 1 : 0,
  )
  const wide = c.build.node('MatMul', [x, c.floats(matrix, [columns, width])])
  const apart = c.build.node('Reshape', [wide, c.build.int64s([0, channels, rows, 1, width])])
  const pads = c.build.int64s([0, 0, 0, 0, 0, 0, 0, 0, stride - 1, 0])
  const padded = c.build.node('Pad', [apart, pads, c.scalar(0)])
  const tall = c.build.node('Reshape', [padded, c.build.int64s([0, channels, rows * stride, width])])
  return cropped(c, tall, [height, width], [rows * stride, width])
}

/** `dx` in the blocked layout, where the forward pass has `x` in it. */
const blockedAs = (c: Context, x: string, channels: number, dx: string) =>
  c.blocked(x) ? c.intoBlocked(dx, channels) : dx
