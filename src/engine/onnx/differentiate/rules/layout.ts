import { intOf, intsOf } from '../../graph.ts'
import { ints, int, string } from '../../rewrite/build.ts'
import { wrapAxis } from '../../shape/known.ts'
import { refusal, type GradientRule } from '../context.ts'

/** Reshape, Flatten, Squeeze and Unsqueeze: reshapes the cotangent to the shape of the input. */
export const reshape: GradientRule = ({ node, dy, c }) => [
  c.reshape(dy, node.inputs[0] ?? '', node.outputs[0]),
]

export const transpose: GradientRule = ({ node, dy, c }) => {
  const rank = c.shape(node.inputs[0] ?? '', node).length
  const perm = intsOf(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis)
  const inverse = perm.map((_, axis) => perm.indexOf(axis))
  return [c.build.node('Transpose', [dy], { perm: ints(inverse) })]
}

export const expand: GradientRule = ({ node, dy, c }) => [
  c.unbroadcast(dy, c.shape(node.outputs[0] ?? '', node), node.inputs[0] ?? '', node),
]

/** Splits each axis into repeats and elements, and sums the cotangent over the repeats. */
export const tile: GradientRule = ({ node, dy, c }) => {
  const [x = '', repeatsInput] = node.inputs
  const repeats = c.value(repeatsInput)
  if (!repeats) throw refusal(node, 'its repeats are not constant')
  const shape = c.shape(x, node)
  const fine = shape.flatMap((_, axis) => {
    const open = axis === 0 && repeats[0] === 1
    return [repeats[axis] ?? 1, open ? -1 : c.fixed(x, axis, node)]
  })
  const parts = c.build.node('Reshape', [dy, c.build.int64s(fine)])
  return [
    c.sum(
      parts,
      shape.map((_, axis) => 2 * axis),
      false,
    ),
  ]
}

export const depthToSpace: GradientRule = ({ node, dy, c }) => {
  const blocksize = int(intOf(node, 'blocksize', 1))
  const mode = node.attributes.mode
  if (node.op === 'DepthToSpace' && mode?.kind === 'string' && mode.value === 'CRD')
    throw refusal(node, 'mode CRD is not supported')
  if (node.op === 'DepthToSpace') return [c.build.node('SpaceToDepth', [dy], { blocksize })]
  return [c.build.node('DepthToSpace', [dy], { blocksize, mode: string('DCR') })]
}

/** The attribute `axis` of a node, as index from 0. */
export function axisOf(node: Parameters<GradientRule>[0]['node'], rank: number, fallback: number): number {
  return wrapAxis(intOf(node, 'axis', fallback), rank)
}
