import { floatOf, stringOf, type Node } from '../../graph.ts'
import { float } from '../../rewrite/build.ts'
import type { Context, GradientRule } from '../context.ts'

/** A rule for a function of one tensor: the cotangent times the slope, given x and y = f(x). */
const slope =
  (of: (c: Context, x: string, y: string, node: Node) => string): GradientRule =>
  ({ node, dy, c }) => [c.mul(dy, of(c, node.inputs[0] ?? '', node.outputs[0] ?? '', node))]

export const identity: GradientRule = ({ dy }) => [dy]
/** Piecewise constant, or of integers: nothing flows back. */
export const flat: GradientRule = () => []

export const neg: GradientRule = ({ dy, c }) => [c.build.node('Neg', [dy])]
export const exp = slope((_, __, y) => y)
export const abs = slope((c, x) => c.build.node('Sign', [x]))
export const erf = slope((c, x) =>
  c.times(c.build.node('Exp', [c.build.node('Neg', [c.mul(x, x)])]), 2 / Math.sqrt(Math.PI)),
)
export const tanh = slope((c, _, y) => c.sub(c.scalar(1), c.mul(y, y)))
export const sigmoid = slope((c, _, y) => c.mul(y, c.sub(c.scalar(1), y)))
export const softplus = slope((c, x) => c.build.node('Sigmoid', [x]))
export const reciprocal = slope((c, _, y) => c.build.node('Neg', [c.mul(y, y)]))
export const sin = slope((c, x) => c.build.node('Cos', [x]))
export const cos = slope((c, x) => c.build.node('Neg', [c.build.node('Sin', [x])]))

export const log: GradientRule = ({ node, dy, c }) => [c.build.node('Div', [dy, node.inputs[0] ?? ''])]
export const sqrt: GradientRule = ({ node, dy, c }) => [
  c.build.node('Div', [c.times(dy, 0.5), node.outputs[0] ?? '']),
]

export const cast: GradientRule = ({ node, dy, c }) => {
  const from = c.type(node.inputs[0] ?? '')
  return from === 'float32' || from === 'float16' || from === 'float64' || from === 'bfloat16'
    ? [c.cast(dy, from)]
    : []
}

/** Gelu in its exact form (by erf) and as approximated by tanh. */
export const gelu = slope((c, x, _, node) =>
  stringOf(node, 'approximate', 'none') === 'tanh' ? tanhGeluSlope(c, x) : erfGeluSlope(c, x),
)

/**
 * d/dx x P(x) = P(x) + x p(x) = (1 + erf u + 2/sqrt pi u e^(-u^2))/2 with u = x/sqrt 2, P the normal distribution and p its
 * density. The factor 2/sqrt pi is a term of the exponent, which saves a pass over the tensor.
 */
function erfGeluSlope(c: Context, x: string): string {
  const u = c.times(x, Math.SQRT1_2)
  const density = c.build.node('Exp', [c.sub(c.scalar(Math.log(2 / Math.sqrt(Math.PI))), c.mul(u, u))])
  const twice = c.add(c.add(c.mul(u, density), c.build.node('Erf', [u])), c.scalar(1))
  return c.times(twice, 0.5)
}

/** y = x/2 (1 + t), t = tanh(k (x + 0.044715 x^3)). */
function tanhGeluSlope(c: Context, x: string): string {
  const k = Math.sqrt(2 / Math.PI)
  const square = c.mul(x, x)
  const inner = c.times(c.mul(x, c.add(c.times(square, 0.044715), c.scalar(1))), k)
  const t = c.build.node('Tanh', [inner])
  const innerSlope = c.times(c.add(c.times(square, 3 * 0.044715), c.scalar(1)), k)
  const left = c.add(c.times(t, 0.5), c.scalar(0.5))
  const right = c.mul(c.mul(c.times(x, 0.5), c.sub(c.scalar(1), c.mul(t, t))), innerSlope)
  return c.add(left, right)
}

/** A product with a 0/1 mask, which is faster than Where in ONNX Runtime. */
export const relu: GradientRule = ({ node, dy, c }) => {
  const [y = ''] = node.outputs
  if (c.blocked(y)) return [c.mul(dy, blockedMask(c, y, node))]
  const large = c.type(y) === 'float32'
  return [c.mul(dy, large ? step(c, y, largest) : c.mask(c.build.node('Greater', [y, c.scalar(0)])))]
}

/** The largest power of two of float32. The values that it does not take above one are below the normal ones. */
const largest = 2 ** 127

/** 1 for y > 0, 0 for y = 0: a product with a large factor, cut at one. It takes a third of the time of Greater and Cast. */
const step = (c: Context, y: string, factor: number) =>
  c.build.node('HardSigmoid', [y], { alpha: float(factor), beta: float(0) })

/**
 * The same in the blocked layout, which HardSigmoid alone does not know: ONNX Runtime fuses it into a convolution. Both
 * multiply by 2^100, which takes any float32 above one.
 */
const blockedMask = (c: Context, y: string, node: Node) =>
  step(c, c.perChannelConv(y, c.shape(y, node)[1] ?? 1, 2 ** 100), 2 ** 100)

/** y = x s, s = sigmoid(x): slope s + y (1 - s). */
export const swish: GradientRule = ({ node, dy, c }) => {
  const [, s = ''] = node.inputs
  return [c.mul(dy, c.add(s, c.mul(node.outputs[0] ?? '', c.sub(c.scalar(1), s))))]
}

/** dy for positive x, `negative` of it elsewhere. */
function leaky(c: Context, x: string, dy: string, negative: string): string {
  return c.build.node('Where', [c.build.node('Greater', [x, c.scalar(0)]), dy, negative])
}

export const leakyRelu: GradientRule = ({ node, dy, c }) => [
  leaky(c, node.inputs[0] ?? '', dy, c.times(dy, floatOf(node, 'alpha', 0.01))),
]

/** y = alpha (e^x - 1) for negative x, whose slope is y + alpha. */
export const elu: GradientRule = ({ node, dy, c }) => {
  const alpha = c.scalar(floatOf(node, 'alpha', 1))
  return [leaky(c, node.inputs[0] ?? '', dy, c.mul(dy, c.add(node.outputs[0] ?? '', alpha)))]
}

/** Passes where the value was not cut, bounds included. */
export const clip: GradientRule = ({ node, dy, c }) => [
  c.where(c.build.node('Equal', [node.inputs[0] ?? '', node.outputs[0] ?? '']), dy),
]

/** alpha where 0 < y < 1. */
export const hardSigmoid: GradientRule = ({ node, dy, c }) => [
  c.where(inside(c, node.outputs[0] ?? ''), c.times(dy, floatOf(node, 'alpha', 0.2))),
]

/** y = x h(x), h(x) = clip(x/6 + 1/2, 0, 1): slope h(x) + x/6 where 0 < h < 1. */
export const hardSwish: GradientRule = ({ node, dy, c }) => {
  const x = node.inputs[0] ?? ''
  const h = c.build.node('HardSigmoid', [x], {
    alpha: { kind: 'float', value: 1 / 6 },
    beta: { kind: 'float', value: 0.5 },
  })
  return [c.mul(dy, c.add(h, c.where(inside(c, h), c.times(x, 1 / 6))))]
}

const inside = (c: Context, y: string) =>
  c.build.node('And', [c.build.node('Greater', [y, c.scalar(0)]), c.build.node('Less', [y, c.scalar(1)])])
