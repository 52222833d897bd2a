import { elementCount, intOf } from '../../graph.ts'
import { wrapAxis } from '../../shape/known.ts'
import { refusal, type GradientRule, type BackwardNode } from '../context.ts'

/** The axes of a reduction, and its cotangent with these axes as 1. */
function reduction({ node, dy, c }: BackwardNode): {
  x: string
  axes: number[]
  kept: string
  count: number
} {
  const [x = '', axesInput] = node.inputs
  const shape = c.shape(x, node)
  const given = c.value(axesInput)
  if (axesInput && !given) throw refusal(node, 'its axes are not constant')
  const all = shape.map((_, axis) => axis)
  const none = !given || given.length === 0
  const axes = none
    ? intOf(node, 'noop_with_empty_axes', 0) === 1
      ? []
      : all
    : given.map((axis) => wrapAxis(axis, shape.length))
  const keeps = intOf(node, 'keepdims', 1) === 1
  const kept =
    keeps || axes.length === 0
      ? dy
      : c.build.node('Unsqueeze', [dy, c.build.int64s(axes.toSorted((a, b) => a - b))])
  return { x, axes, kept, count: elementCount(axes.map((axis) => shape[axis] ?? 1)) }
}

export const reduceSum: GradientRule = (step) => {
  const { x, kept } = reduction(step)
  return [step.c.expand(kept, x)]
}

export const reduceMean: GradientRule = (step) => {
  const { x, kept, count } = reduction(step)
  return [step.c.expand(step.c.times(kept, 1 / count), x)]
}

/** Equal extrema share the gradient, as in PyTorch's amax. */
export const reduceExtremum: GradientRule = (step) => {
  const { c, node } = step
  const { x, axes, kept } = reduction(step)
  const [first, ...rest] = node.outputs
  if (first === undefined || rest.length > 0) throw refusal(node, 'it has several outputs')
  const keeps = intOf(node, 'keepdims', 1) === 1
  const y = keeps ? first : c.build.node('Unsqueeze', [first, c.build.int64s(axes.toSorted((a, b) => a - b))])
  const chosen = c.mask(c.build.node('Equal', [x, y]))
  return [c.mul(c.build.node('Div', [kept, c.sum(chosen, axes)]), chosen)]
}

/** y = sqrt(sum x^2): dx = dy x/y. */
export const reduceL2: GradientRule = (step) => {
  const { c, node } = step
  const { x, axes, kept } = reduction(step)
  const keeps = intOf(node, 'keepdims', 1) === 1
  const y = node.outputs[0] ?? ''
  const whole = keeps ? y : c.build.node('Unsqueeze', [y, c.build.int64s(axes.toSorted((a, b) => a - b))])
  return [c.mul(x, c.build.node('Div', [kept, whole]))]
}
