import { quantile } from '#shared/maths/quantile.ts'
import { wilson } from '#shared/maths/wilson.ts'
import type { Interval } from '#shared/contract/index.ts'
import type { Least } from './measure.ts'

/** Parts of a curve. */
const parts = 40

/** The epsilons that a curve up to one has points at. */
export const epsilonsTo = (last: number): number[] =>
  Array.from({ length: parts + 1 }, (_, at) => (last * at) / parts)

/** How far beyond the last change of a curve it is shown, in parts of the way there. */
const beyond = 0.1

/** Where curves end: a little beyond the last image that an attack made wrong, at the largest epsilon that was tried at most. */
export function lastShown(all: readonly (readonly Least[])[], largest: number): number {
  const found = all.flatMap((least) => least.map(({ broken }) => broken))
  const withstood = found.some((broken) => broken === Infinity)
  const last = Math.max(0, ...found.filter(Number.isFinite)) * (1 + beyond)
  return withstood || last === 0 ? largest : Math.min(largest, last)
}

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
