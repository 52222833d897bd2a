import { intOf, type Node } from '../../graph.ts'
import { int, ints } from '../../rewrite/build.ts'
import { windowOf, type SlidingWindow } from '../../shape/spatial.ts'
import { refusal, type Context, type GradientRule } from '../context.ts'
import { exchanged, turned } from './kernel.ts'
import { phased } from './phases.ts'

/**
 * Gradient of a convolution with respect to its input. For stride 1 it is a convolution with the kernel rotated by 180
 * degrees, and input and output channels exchanged within each group. For other strides it is several of them, for the phases
 * of the stride. Runtimes compute that faster than ConvTranspose, which is used for forms that neither covers. There is no
 * gradient with respect to the weight.
 */
export const conv: GradientRule = ({ node, dy, wants, c }) => {
  if (wants(1) || wants(2)) throw refusal(node, 'its weight depends on the image')
  const [x = '', weight = ''] = node.inputs
  const kernel = c.shape(weight, node).slice(2)
  const spatial = c.shape(x, node).slice(2)
  const window = windowOf(node, kernel, spatial)
  const reach = kernel.map((k, axis) => (k - 1) * (window.dilations[axis] ?? 1))
  const fits = reach.every((r, axis) => r >= (window.begin[axis] ?? 0) && r >= (window.end[axis] ?? 0))
  const dense = window.strides.every((stride) => stride === 1)
  if (dense && fits) return [rotated(c, node, dy, window, reach)]
  return [(dense ? undefined : phased(c, node, dy, window)) ?? transposed(c, node, dy, window, reach)]
}

function rotated(
  c: Context,
  node: Node,
  dy: string,
  window: SlidingWindow,
  reach: readonly number[],
): string {
  const group = intOf(node, 'group', 1)
  const pads = [window.begin, window.end].flatMap((ends) => reach.map((r, axis) => r - (ends[axis] ?? 0)))
  const weight = node.inputs[1] ?? ''
  const pointwise = window.kernel.every((k) => k === 1)
  const kernel = pointwise
    ? weight
    : turned(
        c,
        weight,
        window.kernel.map((taps) => ({ first: 0, taps, step: 1 })),
      )
  return c.build.node('Conv', [dy, exchanged(c, kernel, c.shape(weight, node), window.kernel, group)], {
    group: int(group),
    dilations: ints(window.dilations),
    pads: ints(pads),
  })
}

function transposed(
  c: Context,
  node: Node,
  dy: string,
  window: SlidingWindow,
  reach: readonly number[],
): string {
  const [x = '', weight = ''] = node.inputs
  const output = c.shape(node.outputs[0] ?? '', node).slice(2)
  const missing = output.map((size, axis) => {
    const covered = (size - 1) * (window.strides[axis] ?? 1) + (reach[axis] ?? 0) + 1
    return c.fixed(x, axis + 2, node) - (covered - (window.begin[axis] ?? 0) - (window.end[axis] ?? 0))
  })
  // Beyond the last whole window, rows that no window reached get zeros: only fewer than a stride fit output_padding.
  const within = missing.map((extra, axis) => Math.min(extra, (window.strides[axis] ?? 1) - 1))
  return c.build.node('ConvTranspose', [dy, weight], {
    group: int(intOf(node, 'group', 1)),
    strides: ints(window.strides),
    dilations: ints(window.dilations),
    pads: ints([...window.begin, ...window.end]),
    output_padding: ints(within),
  })
}

/** y = ConvTranspose(x, W): dx = Conv(dy, W). */
export const convTranspose: GradientRule = ({ node, dy, wants, c }) => {
  if (wants(1) || wants(2)) throw refusal(node, 'its weight depends on the image')
  const [x = '', weight = ''] = node.inputs
  const window = windowOf(node, c.shape(weight, node).slice(2), c.shape(x, node).slice(2))
  return [
    c.build.node('Conv', [dy, weight], {
      group: int(intOf(node, 'group', 1)),
      strides: ints(window.strides),
      dilations: ints(window.dilations),
      pads: ints([...window.begin, ...window.end]),
    }),
  ]
}
