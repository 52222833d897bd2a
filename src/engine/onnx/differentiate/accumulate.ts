import { int } from '../rewrite/build.ts'
import type { Context, Cotangent, CotangentSlice } from './context.ts'

/**
 * Sums the cotangents of one tensor of `rank` axes. Slices that cover an axis without overlap, such as the gradients of
 * query, key and value, are joined by one Concat instead of being padded and added.
 */
export function accumulated(c: Context, cotangents: readonly Cotangent[], rank: number): string {
  const whole = cotangents.filter((one): one is string => typeof one === 'string')
  const pieces = cotangents.filter((one): one is CotangentSlice => typeof one !== 'string')
  const [first, ...rest] = [...whole, ...joined(c, pieces, rank)]
  if (first === undefined) throw new RangeError('cotangents: there are none')
  return rest.reduce((sum, next) => c.add(sum, next), first)
}

function joined(c: Context, pieces: readonly CotangentSlice[], rank: number): string[] {
  const ordered = pieces.toSorted((a, b) => a.start - b.start)
  if (ordered.length < 2 || !tiles(ordered)) return pieces.map((piece) => c.padded(piece, rank))
  const values = ordered.map(({ value }) => value)
  return [c.build.node('Concat', values, { axis: int(ordered[0]?.axis ?? 0) })]
}

/** Whether the slices cover the axis: each begins where the one before it ends, from 0 to the end of the axis. */
function tiles(ordered: readonly CotangentSlice[]): boolean {
  let at = 0
  for (const { axis, start, length } of ordered) {
    if (axis !== ordered[0]?.axis || start !== at) return false
    at += length
  }
  return at === ordered[0]?.size
}
