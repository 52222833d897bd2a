import { floatOf, intOf } from '../../graph.ts'
import { wrapAxis } from '../../shape/known.ts'
import { refusal, type Context, type GradientRule } from '../context.ts'

/**
 * Backward of xn = (x - mean) s, s = 1/sqrt(var + eps), over `axes`, for the cotangent g of xn:
 * dx = (g - mean(g) - (x - mean) mean(g (x - mean)) s^2) s. The statistics are those of the forward pass, where it gives them.
 */
function normalised(
  c: Context,
  x: string,
  g: string,
  axes: readonly number[],
  statistics: number | { mean: string; scale: string },
): string {
  const known = typeof statistics === 'number' ? undefined : statistics
  const centred = c.sub(x, known?.mean ?? c.mean(x, axes))
  const scale = known?.scale ?? inverseDeviation(c, centred, axes, Number(statistics))
  const share = c.mul(c.mean(c.mul(g, centred), axes), c.mul(scale, scale))
  return c.mul(c.sub(c.sub(g, c.mean(g, axes)), c.mul(centred, share)), scale)
}

function inverseDeviation(c: Context, centred: string, axes: readonly number[], epsilon: number): string {
  const variance = c.mean(c.mul(centred, centred), axes)
  return c.build.node('Reciprocal', [c.build.node('Sqrt', [c.add(variance, c.scalar(epsilon))])])
}

export const layerNormalization: GradientRule = ({ node, dy, c }) => {
  const [x = '', scale = ''] = node.inputs
  const rank = c.shape(x, node).length
  const from = wrapAxis(intOf(node, 'axis', -1), rank)
  const axes = Array.from({ length: rank - from }, (_, index) => from + index)
  const [, mean = '', inverse = ''] = c.outputsOf(node, 3)
  return [normalised(c, x, c.mul(dy, scale), axes, { mean, scale: inverse })]
}

/** Reshapes a vector [C] to [C,1,1,…], so that it multiplies [N,C,…]. */
const perChannel = (c: Context, vector: string, rank: number) =>
  rank <= 2
    ? vector
    : c.build.node('Unsqueeze', [vector, c.build.int64s(Array.from({ length: rank - 2 }, (_, i) => i + 1))])

/** In inference a batch norm is a constant scale per channel. */
export const batchNormalization: GradientRule = ({ node, dy, c }) => {
  if (intOf(node, 'training_mode', 0) === 1) throw refusal(node, 'it is in training mode')
  const [x = '', scale = '', , , variance = ''] = node.inputs
  const deviation = c.build.node('Sqrt', [c.add(variance, c.scalar(floatOf(node, 'epsilon', 1e-5)))])
  const factor = c.build.node('Div', [scale, deviation])
  return [c.mul(dy, perChannel(c, factor, c.shape(x, node).length))]
}

export const instanceNormalization: GradientRule = ({ node, dy, c }) => {
  const [x = '', scale = ''] = node.inputs
  const rank = c.shape(x, node).length
  const g = c.value(scale)?.every((value) => value === 1) ? dy : c.mul(dy, perChannel(c, scale, rank))
  const axes = Array.from({ length: rank - 2 }, (_, index) => index + 2)
  return [normalised(c, x, g, axes, floatOf(node, 'epsilon', 1e-5))]
}

/** The scale is per group in opset 18 and per channel from 21 on; its length shows which. */
export const groupNormalization: GradientRule = ({ node, dy, c }) => {
  const [x = '', scale = ''] = node.inputs
  const shape = c.shape(x, node)
  const groups = intOf(node, 'num_groups', 1)
  const channels = shape[1] ?? 1
  const scaleLength = c.shape(scale, node)[0] ?? 1
  const repeated =
    scaleLength === channels
      ? scale
      : c.build.node('Reshape', [
          c.build.node('Expand', [
            c.build.node('Unsqueeze', [scale, c.build.int64s([1])]),
            c.build.int64s([groups, channels / groups]),
          ]),
          c.build.int64s([channels]),
        ])
  const grouped = (name: string) => c.build.node('Reshape', [name, c.build.int64s([0, groups, -1])])
  const g = grouped(c.mul(dy, perChannel(c, repeated, shape.length)))
  return [c.reshape(normalised(c, grouped(x), g, [2], floatOf(node, 'epsilon', 1e-5)), x)]
}
