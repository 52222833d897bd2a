import { intOf } from '../../graph.ts'
import { wrapAxis } from '../../shape/known.ts'
import type { GradientRule, BackwardNode } from '../context.ts'

const axisOf = ({ node, c }: BackwardNode) =>
  wrapAxis(intOf(node, 'axis', -1), c.shape(node.outputs[0] ?? '', node).length)

/** dx = y (dy - sum(dy y)). */
export const softmax: GradientRule = (step) => {
  const { node, dy, c } = step
  const y = node.outputs[0] ?? ''
  return [c.mul(y, c.sub(dy, c.sum(c.mul(dy, y), [axisOf(step)])))]
}

/** dx = dy - e^y sum(dy). */
export const logSoftmax: GradientRule = (step) => {
  const { node, dy, c } = step
  const share = c.build.node('Exp', [node.outputs[0] ?? ''])
  return [c.sub(dy, c.mul(share, c.sum(dy, [axisOf(step)])))]
}
