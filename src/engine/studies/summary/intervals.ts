import type { Interval } from '#shared/contract/index.ts'
import { countedPlanes, percentileInterval, resamples, type BitPlanes } from '../../metrics/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import { LruMap, remembered } from '../../base/lruMap.ts'

export const bootstrapSeed = 0
const level = 0.95
/** Milliseconds of resampling before other work of the engine goes on. */
const stretch = 20

/** Resamples of a bootstrap over n images: enough for two digits, few enough to take about a second. */
const drawsFor = (n: number) => Math.max(200, Math.min(1000, Math.round(20_000_000 / Math.max(1, n))))

/**
 * Computes percentile bootstrap intervals (95 %) of several metrics over the same n images. All metrics share
 * the resamples, with a fixed seed. A metric is null where it is not defined on a resample; its interval
 * leaves those out.
 *
 * @param metrics computes the metrics of a resample from its image indices (0 to n - 1)
 */
export const metricIntervals = (
  n: number,
  metrics: (indices: Uint32Array) => readonly (number | null)[],
): Promise<(Interval | null)[]> => intervalsOver(resamples(n, bootstrapSeed, drawsFor(n)), metrics)

/** As `metricIntervals`, of metrics that are computed from how often a resample has each image. */
export const countedIntervals = (
  n: number,
  metrics: (counts: BitPlanes) => readonly (number | null)[],
): Promise<(Interval | null)[]> => intervalsOver(countedResamples(n), metrics)

async function intervalsOver<Resample>(
  resampled: Iterable<Resample>,
  metrics: (resample: Resample) => readonly (number | null)[],
): Promise<(Interval | null)[]> {
  const values: number[][] = []
  let since = performance.now()
  for (const resample of resampled) {
    for (const [place, value] of metrics(resample).entries()) {
      const known = (values[place] ??= [])
      if (value !== null) known.push(value)
    }
    if (performance.now() - since < stretch) continue
    await nextTurn()
    since = performance.now()
  }
  return values.map((found) => percentileInterval(found, level))
}

/** Bytes of counts that are kept: those of 100,000 images. The models of a study use the same ones. */
const keptBytes = 32 * 2 ** 20
const sizeOf = (drawn: readonly BitPlanes[]) =>
  drawn.reduce((sum, planes) => sum + planes.reduce((own, { length }) => own + length, 0), 0)
const keptCounts = new LruMap<number, readonly BitPlanes[]>(keptBytes, sizeOf)

function* countedResamples(n: number): Generator<BitPlanes, void> {
  const known = keptCounts.get(n)
  if (known) return yield* known
  const counted = countedPlanes(n)
  const made: BitPlanes[] = []
  let bytes = 0
  for (const indices of resamples(n, bootstrapSeed, drawsFor(n))) {
    const found = counted(indices)
    bytes += sizeOf([found])
    if (bytes <= keptBytes) made.push(found)
    yield found
  }
  if (bytes <= keptBytes) keptCounts.set(n, made)
}

/** Mean of the values at these indices. */
export function meanOf(values: ArrayLike<number>, indices: Uint32Array): number {
  let sum = 0
  for (const index of indices) sum += values[index] ?? 0
  return sum / indices.length
}

const kept = new LruMap<string, Promise<unknown>>(200)

/**
 * Remembers a result under a key that names the facts it rests on, so that showing it again computes nothing.
 */
export const rememberedResult = <T>(key: string, make: () => Promise<T>): Promise<T> =>
  // A key belongs to one caller, so its value has that caller's type.
  remembered(kept, key, make) as Promise<T>
