import { intOf, intsOf, stringOf } from '../../graph.ts'
import { ints } from '../../rewrite/build.ts'
import { interpolationMatrix, type Coordinates, type ResizeOptions } from '../interpolation.ts'
import { refusal, type Context, type GradientRule } from '../context.ts'

/**
 * A resize is linear and separable: along each axis it multiplies by a matrix, and its gradient multiplies by the
 * transpose. Supports the modes nearest and linear and the usual coordinate modes, without antialiasing.
 */
export const resize: GradientRule = ({ node, dy, c }) => {
  const [x = '', , scalesInput] = node.inputs
  const mode = stringOf(node, 'mode', 'nearest')
  const coordinates = stringOf(node, 'coordinate_transformation_mode', 'half_pixel')
  if (mode !== 'nearest' && mode !== 'linear') throw refusal(node, `mode ${mode} is not supported`)
  if (!isCoordinates(coordinates)) throw refusal(node, `coordinates ${coordinates} are not supported`)
  if (intOf(node, 'antialias', 0) === 1) throw refusal(node, 'antialiasing is not supported')
  const nearest = stringOf(node, 'nearest_mode', 'round_prefer_floor')
  if (intsOf(node, 'axes')) throw refusal(node, 'the attribute axes is not supported')
  const interpolation: ResizeOptions = { mode, coordinates, nearest }
  const output = node.outputs[0] ?? ''
  const scales = c.value(scalesInput)
  let value = dy
  for (const [axis, size] of c.shape(x, node).entries()) {
    const target = c.shape(output, node)[axis] ?? size
    const scale = scales && scales.length > 0 ? (scales[axis] ?? 1) : target / size
    if (scale === 1 && target === size) continue
    c.fixed(x, axis, node)
    value = along(
      c,
      value,
      axis,
      c.shape(x, node).length,
      interpolationMatrix(size, target, scale, interpolation),
      size,
    )
  }
  return [value]
}

const isCoordinates = (name: string): name is Coordinates =>
  ['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners'].includes(name)

/** Multiplies one axis of `x` by a matrix [target, size], row-major. */
function along(
  c: Context,
  x: string,
  axis: number,
  rank: number,
  matrix: readonly number[],
  size: number,
): string {
  const weights = c.floats(matrix, [matrix.length / size, size])
  if (axis === rank - 1) return c.build.node('MatMul', [x, weights])
  const order = Array.from({ length: rank }, (_, at) => at)
  const last = [...order.filter((at) => at !== axis), axis]
  const moved = c.build.node('Transpose', [x], { perm: ints(last) })
  const product = c.build.node('MatMul', [moved, weights])
  return c.build.node('Transpose', [product], { perm: ints(order.map((at) => last.indexOf(at))) })
}
