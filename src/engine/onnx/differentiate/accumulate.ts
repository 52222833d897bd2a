import { int } from '../rewrite/build.ts'
import type { Context, Cotangent, Piece } from './context.ts'

/**
 * The sum of all that flows back to one tensor of `rank` axes. Pieces that tile an axis without overlap, such as the
 * gradients of query, key and value, are put together by one Concat instead of being padded and added.
 */
export function accumulated(c: Context, cotangents: readonly Cotangent[], rank: number): string {
  const whole = cotangents.filter((one): one is string => typeof one === 'string')
  const pieces = cotangents.filter((one): one is Piece => typeof one !== 'string')
  const [first, ...rest] = [...whole, ...joined(c, pieces, rank)]
  if (first === undefined) throw new RangeError('cotangents: there are none')
  return rest.reduce((sum, next) => c.add(sum, next), first)
}

function joined(c: Context, pieces: readonly Piece[], rank: number): string[] {
  const ordered = pieces.toSorted((a, b) => a.start - b.start)
  if (ordered.length < 2 || !tiles(ordered)) return pieces.map((piece) => c.padded(piece, rank))
  const values = ordered.map(({ value }) => value)
  return [c.build.node('Concat', values, { axis: int(ordered[0]?.axis ?? 0) })]
}

/** Each piece begins where the one before it ends, the first at 0 and the last at the end. */
function tiles(ordered: readonly Piece[]): boolean {
  let at = 0
  for (const { axis, start, length } of ordered) {
    if (axis !== ordered[0]?.axis || start !== at) return false
    at += length
  }
  return at === ordered[0]?.size
}
