import { quantile } from '#shared/maths/quantile.ts'
import { wilson } from '#shared/maths/wilson.ts'
import type { Interval } from '#shared/contract/index.ts'
import type { Least } from './measure.ts'

/** Places of a curve from 0 to the largest epsilon. */
const places = 40

/** The epsilons that a curve has points at. */
export const epsilonsTo = (largest: number): number[] =>
  Array.from({ length: places + 1 }, (_, at) => (largest * at) / places)

/** The share of images for which no wrong image with a norm up to epsilon was found, with its Wilson interval. */
export function rightAt(
  found: readonly Least[],
  epsilon: number,
): { share: number; interval: Interval } | null {
  if (found.length === 0) return null
  const right = found.filter(({ broken }) => broken > epsilon).length
  return { share: right / found.length, interval: wilson(right, found.length) }
}

/** A quantile of the least epsilons of images that are right without an attack; null where it lies beyond the largest. */
export interface LeastQuantile {
  value: number | null
  lo: number | null
  hi: number | null
}

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null)

/**
 * A quantile with an interval of 95 %: the values at which the Wilson interval of the share of smaller ones holds `p`.
 *
 * @param p 0 to 1
 */
export function leastQuantile(found: readonly Least[], p: number): LeastQuantile {
  const sorted = found.flatMap(({ broken }) => (broken > 0 ? [broken] : [])).sort((a, b) => a - b)
  const n = sorted.length
  if (n === 0) return { value: null, lo: null, hi: null }
  const first = (holds: (interval: Interval) => boolean) =>
    sorted.findIndex((_, at) => holds(wilson(at + 1, n)))
  return {
    value: finite(quantile(sorted, p, 'invertedCdf')),
    lo: finite(sorted[first(({ hi }) => hi >= p)]),
    hi: finite(sorted[first(({ lo }) => lo >= p)]),
  }
}
