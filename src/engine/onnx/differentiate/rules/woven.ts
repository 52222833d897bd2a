import { int } from '../../rewrite/build.ts'
import type { Context } from '../context.ts'

/**
 * Puts the elements of s tensors of `rank` axes by turns along an axis: a0 b0 a1 b1 … ONNX Runtime joins them by Concat in a third of
 * the time of DepthToSpace. Axis 0 is a batch axis; `sizes` are those of the other axes of a part.
 */
export function woven(c: Context, parts: readonly string[], axis: number, sizes: readonly number[]): string {
  const [only = ''] = parts
  if (parts.length === 1) return only
  const apart = parts.map((part) => c.build.node('Unsqueeze', [part, c.build.int64s([axis + 1])]))
  const joined = c.build.node('Concat', apart, { axis: int(axis + 1) })
  const longer = sizes.map((size, index) => (index + 1 === axis ? size * parts.length : size))
  return c.build.node('Reshape', [joined, c.build.int64s([0, ...longer])])
}

/** Cuts off what is beyond the first `sizes` elements of the last axes, where there may be something. */
export function cropped(c: Context, x: string, sizes: readonly number[], from: readonly number[]): string {
  if (sizes.every((size, index) => size === from[index])) return x
  const axes = sizes.map((_, index) => index + 2)
  const lists = [sizes.map(() => 0), sizes, axes]
  return c.build.node('Slice', [x, ...lists.map((list) => c.build.int64s(list))])
}
