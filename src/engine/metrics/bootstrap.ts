import type { Interval } from '#shared/contract/index.ts'
import { quantile } from '#shared/maths/quantile.ts'
import { generator } from '#shared/random.ts'

/**
 * Yields the resamples of a percentile bootstrap, for metrics without a closed interval (mCE, mFR, AUPR). Each resample is
 * `n` indices of images or sequences, drawn with replacement. Every resample is written to the same array. The caller may
 * stop between two. Yields nothing where n is 0.
 */
export function* resamples(n: number, seed: number, draws = 1000): Generator<Uint32Array, void> {
  if (n === 0) return
  const indices = new Uint32Array(n)
  for (let draw = 0; draw < draws; draw++) {
    const random = generator('bootstrap', seed, draw)
    random.integers(n, indices)
    yield indices
  }
}

/** The interval that holds the middle share `level` in (0,1) of the values; null without values. */
export function percentileInterval(values: readonly number[], level: number): Interval | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  return { lo: quantile(sorted, (1 - level) / 2), hi: quantile(sorted, (1 + level) / 2), level }
}
