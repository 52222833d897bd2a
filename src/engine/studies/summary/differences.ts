import type { Interval } from '#shared/contract/index.ts'
import { wilson } from '#shared/maths/wilson.ts'
import type { PairCounts } from '../../facts/index.ts'

const level = 0.95

/**
 * Computes the 95 % interval of the difference of two independent shares from their Wilson intervals
 * (Newcombe 1998, 873-890, method 10).
 */
export function differenceInterval(
  a: { correct: number; n: number },
  b: { correct: number; n: number },
): Interval | null {
  return a.n === 0 || b.n === 0 ? null : fromWilson(a, b, 0)
}

/**
 * Computes the 95 % interval of the difference of two shares of the same pairs, (first - second) / n. As for
 * independent shares, but with the correlation of the two (Newcombe 1998, 2635-2650, method 10). null without
 * pairs.
 */
export function pairedDifferenceInterval(counts: PairCounts): Interval | null {
  const { both, first, second, neither } = counts
  const n = both + first + second + neither
  if (n === 0) return null
  return fromWilson({ correct: both + first, n }, { correct: both + second, n }, correlation(counts, n))
}

/** Phi coefficient. A positive numerator is reduced by half a pair, but not below zero. */
function correlation({ both, first, second, neither }: PairCounts, n: number): number {
  const margins = (both + first) * (second + neither) * (both + second) * (first + neither)
  if (margins === 0) return 0
  const excess = both * neither - first * second
  return (excess > 0 ? Math.max(0, excess - n / 2) : excess) / Math.sqrt(margins)
}

function fromWilson(
  a: { correct: number; n: number },
  b: { correct: number; n: number },
  phi: number,
): Interval {
  const [p, q] = [a.correct / a.n, b.correct / b.n]
  const [i, j] = [wilson(a.correct, a.n, level), wilson(b.correct, b.n, level)]
  const side = (own: number, other: number) =>
    Math.sqrt(Math.max(0, own * own - 2 * phi * own * other + other * other))
  return { lo: p - q - side(p - i.lo, j.hi - q), hi: p - q + side(i.hi - p, q - j.lo), level }
}
