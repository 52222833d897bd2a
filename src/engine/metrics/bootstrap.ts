import type { Interval } from '#shared/contract/index.ts'
import { generator } from '#shared/random.ts'

export interface BootstrapOptions {
  seed: number
  draws?: number
  level?: number
}

/**
 * Percentile bootstrap of a metric that has no closed interval (mCE, mFR, AUPR): images or sequences are drawn with
 * replacement. Draws on which the metric is undefined are left out.
 *
 * @param n images or sequences
 * @param metric of the drawn ones, given as their indices
 * @returns null where no draw has a value
 */
export function bootstrap(
  n: number,
  metric: (indices: Uint32Array) => number | null,
  { seed, draws = 1000, level = 0.95 }: BootstrapOptions,
): Interval | null {
  if (n === 0) return null
  const values: number[] = []
  const indices = new Uint32Array(n)
  for (let draw = 0; draw < draws; draw++) {
    const random = generator('bootstrap', seed, draw)
    for (let i = 0; i < n; i++) indices[i] = random.integer(n)
    const value = metric(indices)
    if (value !== null) values.push(value)
  }
  if (values.length === 0) return null
  values.sort((a, b) => a - b)
  return { lo: quantile(values, (1 - level) / 2), hi: quantile(values, (1 + level) / 2), level }
}

/** Linear interpolation between the neighbours in order, as numpy does by default. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
