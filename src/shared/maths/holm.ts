/**
 * p-values corrected for being a family of tests by Holm's step-down method (Holm 1979, Scandinavian Journal of Statistics
 * 6, 65-70): the i-th smallest of m, times m - i + 1, at least the one before it, at most 1. They stand in the order
 * given. A test whose corrected p is below a level is rejected with that familywise error.
 *
 * @throws RangeError where a p-value is not in [0, 1]
 */
export function holm(ps: readonly number[]): number[] {
  for (const p of ps) if (!(p >= 0 && p <= 1)) throw new RangeError(`invalid p: ${p}`)
  const ascending = Array.from(ps.keys()).sort((a, b) => (ps[a] ?? 0) - (ps[b] ?? 0))
  const corrected = new Array<number>(ps.length).fill(1)
  let least = 0
  for (const [rank, at] of ascending.entries()) {
    least = Math.max(least, Math.min(1, (ps.length - rank) * (ps[at] ?? 1)))
    corrected[at] = least
  }
  return corrected
}
