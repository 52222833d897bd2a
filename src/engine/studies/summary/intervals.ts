import type { Interval } from '#shared/contract/index.ts'
import { percentileInterval, resamples } from '../../metrics/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import { LruMap, remembered } from '../../base/lruMap.ts'

export const bootstrapSeed = 0
const level = 0.95
/** Milliseconds of drawing after which other work of the engine may go on. */
const stretch = 20

/** Draws of a bootstrap over n images: enough for two digits, few enough that all of them take about a second. */
const drawsFor = (n: number) => Math.max(200, Math.min(1000, Math.round(20_000_000 / Math.max(1, n))))

/**
 * Percentile bootstrap intervals of several metrics of the same n images, drawn together with a fixed seed. A metric is
 * null on draws it is not defined on, which are left out of its interval.
 *
 * @param metrics of the drawn images, given as their indices
 */
export async function metricIntervals(
  n: number,
  metrics: (indices: Uint32Array) => readonly (number | null)[],
): Promise<(Interval | null)[]> {
  const values: number[][] = []
  let since = performance.now()
  for (const indices of resamples(n, bootstrapSeed, drawsFor(n))) {
    for (const [place, value] of metrics(indices).entries()) {
      const known = (values[place] ??= [])
      if (value !== null) known.push(value)
    }
    if (performance.now() - since < stretch) continue
    await nextTurn()
    since = performance.now()
  }
  return values.map((found) => percentileInterval(found, level))
}

/** Mean of the drawn values. */
export function meanOf(values: ArrayLike<number>, indices: Uint32Array): number {
  let sum = 0
  for (const index of indices) sum += values[index] ?? 0
  return sum / indices.length
}

const kept = new LruMap<string, Promise<unknown>>(200)

/** Keeps what was made under a key that names the facts it rests on, since looking at a result again must cost nothing. */
export const rememberedResult = <T>(key: string, make: () => Promise<T>): Promise<T> =>
  // A key belongs to one caller, so what is kept under it is of its type.
  remembered(kept, key, make) as Promise<T>
