import { broadcastShape } from '../../shape/known.ts'
import { refusal, type GradientRule, type BackwardNode } from '../context.ts'

/** Cotangents of the operands of a broadcasting operator, each summed to the shape of its operand. */
function operands(
  { node, wants, c }: BackwardNode,
  partials: readonly (() => string)[],
): (string | undefined)[] {
  const full = broadcastShape(node.inputs.map((name) => c.shape(name, node)))
  if (!full) throw refusal(node, 'its operands cannot be broadcast')
  return node.inputs.map((name, index) => {
    const partial = partials[index]
    return partial && wants(index) ? c.unbroadcast(partial(), full, name, node) : undefined
  })
}

const [first, second] = [0, 1].map((index) => (node: BackwardNode['node']) => node.inputs[index] ?? '') as [
  (node: BackwardNode['node']) => string,
  (node: BackwardNode['node']) => string,
]

export const add: GradientRule = (step) =>
  operands(
    step,
    step.node.inputs.map(() => () => step.dy),
  )

export const sub: GradientRule = (step) =>
  operands(step, [() => step.dy, () => step.c.build.node('Neg', [step.dy])])

export const mul: GradientRule = (step) => {
  const { node, dy, c } = step
  if (first(node) === second(node)) return [c.mul(c.times(dy, 2), first(node))]
  return operands(step, [() => c.mul(dy, second(node)), () => c.mul(dy, first(node))])
}

/** y = a/b: da = dy/b, db = -dy y/b. */
export const div: GradientRule = (step) => {
  const { node, dy, c } = step
  const quotient = () => c.build.node('Div', [dy, second(node)])
  return operands(step, [quotient, () => c.build.node('Neg', [c.mul(quotient(), node.outputs[0] ?? '')])])
}

/** y = a^p: da = dy p a^(p-1), dp = dy y ln a. */
export const pow: GradientRule = (step) => {
  const { node, dy, c } = step
  const [base, exponent] = [first(node), second(node)]
  const power = c.value(exponent)?.[0]
  const uniform = power !== undefined && (c.value(exponent) ?? []).every((value) => value === power)
  const slope = () => {
    if (uniform && power === 2) return c.times(base, 2)
    if (uniform) return c.times(c.build.node('Pow', [base, c.scalar(power - 1)]), power)
    return c.mul(exponent, c.build.node('Pow', [base, c.sub(exponent, c.scalar(1))]))
  }
  return operands(step, [
    () => c.mul(dy, slope()),
    () => c.mul(dy, c.mul(node.outputs[0] ?? '', c.build.node('Log', [base]))),
  ])
}

/** The chosen operand gets the gradient. Equal operands share it, as in PyTorch. */
export const extremum: GradientRule = (step) => {
  const { node, dy, c } = step
  const chosen = node.inputs.map((name) => () => c.mask(c.build.node('Equal', [name, node.outputs[0] ?? ''])))
  const [a, b] = chosen
  if (!a || !b || node.inputs.length > 2) throw refusal(node, 'it does not have two operands')
  const masks = [a(), b()]
  const [maskA = '', maskB = ''] = masks
  const share = c.build.node('Div', [dy, c.add(maskA, maskB)])
  return operands(step, [() => c.mul(share, maskA), () => c.mul(share, maskB)])
}

export const where: GradientRule = (step) => {
  const { node, dy, c } = step
  const condition = node.inputs[0] ?? ''
  return operands(step, [
    () => dy,
    () => c.where(condition, dy),
    () => c.build.node('Where', [condition, c.scalar(0), dy]),
  ])
}
