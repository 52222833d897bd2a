import { floatOf, intOf, stringOf } from '../../graph.ts'
import { float, int, ints, string } from '../../rewrite/build.ts'
import { broadcastShape } from '../../shape/known.ts'
import { refusal, type Context, type GradientRule } from '../context.ts'

/** Exchanges the last two axes of a tensor of `rank` axes. */
function swapped(c: Context, name: string, rank: number): string {
  const order = Array.from({ length: rank }, (_, axis) => axis)
  const perm = [...order.slice(0, -2), rank - 1, rank - 2]
  return c.build.node('Transpose', [name], { perm: ints(perm) })
}

/** y = a b: da = dy b', db = a' dy, summed over broadcast batch axes. */
export const matMul: GradientRule = ({ node, dy, wants, c }) => {
  const [a = '', b = ''] = node.inputs
  const [shapeA, shapeB] = [c.shape(a, node), c.shape(b, node)]
  if (shapeA.length < 2 || shapeB.length < 2) throw refusal(node, 'one operand is a vector')
  const batch = broadcastShape([shapeA.slice(0, -2), shapeB.slice(0, -2)]) ?? []
  const [rows = 1, inner = 1, columns = 1] = [shapeA.at(-2), shapeA.at(-1), shapeB.at(-1)]
  const toA = () => c.build.node('MatMul', [dy, swapped(c, b, shapeB.length)])
  const toB = () => c.build.node('MatMul', [swapped(c, a, shapeA.length), dy])
  return [
    wants(0) ? c.unbroadcast(toA(), [...batch, rows, inner], a, node) : undefined,
    wants(1) ? c.unbroadcast(toB(), [...batch, inner, columns], b, node) : undefined,
  ]
}

/** y = alpha A B + beta C, where A and B may be transposed. */
export const gemm: GradientRule = ({ node, dy, wants, c }) => {
  const [a = '', b = '', bias = ''] = node.inputs
  const alpha = float(floatOf(node, 'alpha', 1))
  const transA = intOf(node, 'transA', 0) === 1
  const transB = intOf(node, 'transB', 0) === 1
  const product = (left: string, right: string, flipLeft: boolean, flipRight: boolean) =>
    c.build.node('Gemm', [left, right], {
      alpha,
      transA: int(flipLeft ? 1 : 0),
      transB: int(flipRight ? 1 : 0),
    })
  const toA = () => (transA ? product(b, dy, transB, true) : product(dy, b, false, !transB))
  const toB = () => (transB ? product(dy, a, true, transA) : product(a, dy, !transA, false))
  const full = c.shape(node.outputs[0] ?? '', node)
  return [
    wants(0) ? toA() : undefined,
    wants(1) ? toB() : undefined,
    wants(2) ? c.times(c.unbroadcast(dy, full, bias, node), floatOf(node, 'beta', 1)) : undefined,
  ]
}

/** y = einsum('ab,bc->ac'): the gradient of an operand is the einsum with that operand and the output exchanged. */
export const einsum: GradientRule = ({ node, dy, wants, c }) => {
  const [left = '', output] = stringOf(node, 'equation', '').replaceAll(' ', '').split('->')
  const terms = left.split(',')
  if (output === undefined || left.includes('.')) throw refusal(node, 'its equation does not name the output')
  return terms.map((term, index) => {
    if (!wants(index)) return undefined
    const others = terms.filter((_, at) => at !== index)
    const known = new Set([output, ...others].join(''))
    if (new Set(term).size !== term.length || [...term].some((letter) => !known.has(letter)))
      throw refusal(node, `the term ${term} has an axis that is summed alone or repeated`)
    const names = node.inputs.filter((_, at) => at !== index)
    return c.build.node('Einsum', [dy, ...names], {
      equation: string(`${[output, ...others].join()}->${term}`),
    })
  })
}
