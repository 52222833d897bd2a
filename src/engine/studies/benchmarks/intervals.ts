import type { Interval } from '#shared/contract/index.ts'
import { wilson } from '#shared/maths/wilson.ts'
import { bootstrap } from '../../metrics/index.ts'

export const bootstrapSeed = 0
const level = 0.95
/** Beyond this many images the bootstrap of a mean is its normal interval to three digits. */
const enough = 5000
const z = 1.959963984540054

/** Interval of a mean of per-image values: percentile bootstrap with a fixed seed, for many images the normal one. */
export function meanInterval(values: Float64Array): Interval | null {
  const n = values.length
  if (n < 2) return null
  if (n <= enough)
    return bootstrap(n, (indices) => indices.reduce((sum, index) => sum + (values[index] ?? 0), 0) / n, {
      seed: bootstrapSeed,
      level,
    })
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  const half = z * Math.sqrt(variance / n)
  return { lo: mean - half, hi: mean + half, level }
}

/** Draws of a metric that takes about n log n steps each, so that all of them take about a second at most. */
const drawsFor = (n: number) => Math.max(100, Math.min(1000, Math.round(1_000_000 / Math.max(1, n))))

/** Percentile bootstrap of any metric of n images, with a fixed seed; fewer draws for many images. */
export const metricInterval = (n: number, metric: (indices: Uint32Array) => number | null): Interval | null =>
  bootstrap(n, metric, { seed: bootstrapSeed, level, draws: drawsFor(n) })

/** Interval of a difference of two independent shares, from their Wilson intervals (Newcombe 1998, method 10). */
export function differenceInterval(
  a: { correct: number; n: number },
  b: { correct: number; n: number },
): Interval | null {
  if (a.n === 0 || b.n === 0) return null
  const [p, q] = [a.correct / a.n, b.correct / b.n]
  const [i, j] = [wilson(a.correct, a.n, level), wilson(b.correct, b.n, level)]
  return {
    lo: p - q - Math.hypot(p - i.lo, j.hi - q),
    hi: p - q + Math.hypot(i.hi - p, q - j.lo),
    level,
  }
}

const kept = new Map<string, Interval | null>()
const keptAtMost = 500

/** Keeps an interval under a key that names the facts it rests on, since looking at a result again must cost nothing. */
export function remembered(key: string, make: () => Interval | null): Interval | null {
  const known = kept.get(key)
  if (known !== undefined) return known
  if (kept.size >= keptAtMost) kept.delete(kept.keys().next().value ?? '')
  const made = make()
  kept.set(key, made)
  return made
}
