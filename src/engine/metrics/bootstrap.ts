import type { Interval } from '#shared/contract/index.ts'
import { quantile } from '#shared/maths/quantile.ts'
import { generator } from '#shared/random.ts'

/**
 * The draws of a percentile bootstrap of a metric that has no closed interval (mCE, mFR, AUPR), one after another, for
 * those who stop in between: `n` indices of images or sequences drawn with replacement. The same array is filled again
 * for the next draw. No draws of nothing.
 */
export function* resamples(n: number, seed: number, draws = 1000): Generator<Uint32Array, void> {
  if (n === 0) return
  const indices = new Uint32Array(n)
  for (let draw = 0; draw < draws; draw++) {
    const random = generator('bootstrap', seed, draw)
    for (let i = 0; i < n; i++) indices[i] = random.integer(n)
    yield indices
  }
}

/** The middle `level` of the values of all draws; null without any. */
export function percentileInterval(values: readonly number[], level: number): Interval | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  return { lo: quantile(sorted, (1 - level) / 2), hi: quantile(sorted, (1 + level) / 2), level }
}
