import type { Interval } from '#shared/contract/index.ts'
import type { PerturbationName } from '#shared/transforms/index.ts'
import { meanRate } from '../../../metrics/index.ts'
import { meanOf, metricIntervals, rememberedResult } from '../../summary/intervals.ts'
import { valuesOf, type Stabilities, type PerturbationUnit } from './scores.ts'
import type { GridModel } from '../../definition/index.ts'

/** 95 % intervals of one perturbation: raw values and, with a baseline, rates. */
export interface PerturbationIntervals {
  flips: Interval | null
  distance: Interval | null
  flipRate: Interval | null
  distanceRate: Interval | null
}

/**
 * Flip rates and top-5 distance rates of one model by perturbation, in per cent: 100 = as the baseline. Their
 * means mFR and mT5D need all ten perturbations.
 */
export interface Rates {
  flipRates: Record<string, number | null>
  mfr: number | null
  mfrInterval: Interval | null
  distanceRates: Record<string, number | null>
  mt5d: number | null
  mt5dInterval: Interval | null
  /** Interval of the raw mean over all perturbations that exist. */
  meanFlipsInterval: Interval | null
  meanDistanceInterval: Interval | null
  byPerturbation: ReadonlyMap<string, PerturbationIntervals>
}

/**
 * Computes flip rates and top-5 rates relative to the baseline, with bootstrap intervals over sequences.
 * Means exist only over all ten perturbations. A resampled picture brings its sequences under every
 * perturbation, and those of the baseline model.
 *
 * @param base the baseline model's stabilities; null for constants
 */
export async function ratesOf(
  model: GridModel,
  own: Stabilities,
  unit: PerturbationUnit | null,
  base: Stabilities | null,
): Promise<Rates> {
  const flips = meanRate(
    valuesOf(own, (stability) => stability.flips),
    unit?.flips ?? {},
  )
  const distances = meanRate(
    valuesOf(own, (stability) => stability.distance),
    unit?.distances ?? {},
  )
  const isUnit = unit !== null && unit.modelId === model.id
  const key = JSON.stringify([
    'rates',
    model.conditions.map((stored) => [model.variantOf(stored), stored.parts[0]?.conditionId, stored.source]),
    unit,
    [...own].map(([name, { sequences, flips, distance }]) => [name, sequences.length, flips, distance]),
  ])
  const intervals = await rememberedResult(key, () => intervalsOf(own, isUnit ? null : unit, base))
  return {
    flipRates: flips.rates,
    mfr: flips.mean,
    mfrInterval: flips.mean === null ? null : intervals.mfr,
    distanceRates: distances.rates,
    mt5d: distances.mean,
    mt5dInterval: distances.mean === null ? null : intervals.mt5d,
    meanFlipsInterval: intervals.meanFlips,
    meanDistanceInterval: intervals.meanDistance,
    byPerturbation: intervals.byPerturbation,
  }
}

/** Values of the sequences of one perturbation. All perturbations have the same order of pictures. */
interface SequenceValues {
  flips: Float64Array
  distances: Float64Array
}

interface Aligned {
  pictures: number
  values: ReadonlyMap<PerturbationName, SequenceValues>
}

/**
 * Puts the sequences of all perturbations into one order of pictures; null where perturbations have different
 * pictures: they cannot be resampled together.
 */
function aligned(own: Stabilities): Aligned | null {
  const [first] = own.values()
  const places = new Map((first?.sequences ?? []).map(({ picture }, place) => [picture, place]))
  const values = new Map<PerturbationName, SequenceValues>()
  for (const [name, { sequences }] of own) {
    if (sequences.length !== places.size) return null
    const flips = new Float64Array(places.size).fill(Number.NaN)
    const distances = new Float64Array(places.size)
    for (const sequence of sequences) {
      const place = places.get(sequence.picture)
      if (place === undefined) return null
      flips[place] = sequence.flips
      distances[place] = sequence.distance
    }
    if (flips.some(Number.isNaN)) return null
    values.set(name, { flips, distances })
  }
  return { pictures: places.size, values }
}

interface Intervals {
  mfr: Interval | null
  mt5d: Interval | null
  meanFlips: Interval | null
  meanDistance: Interval | null
  byPerturbation: Map<string, PerturbationIntervals>
}

async function intervalsOf(
  own: Stabilities,
  unit: PerturbationUnit | null,
  base: Stabilities | null,
): Promise<Intervals> {
  const together = aligned(own)
  const along = base && unit?.modelId != null ? aligned(base) : null
  if (together) return drawn(together, unit, along?.pictures === together.pictures ? along : null)
  // With different pictures, each perturbation is resampled alone, and a mean over them has no interval.
  const apart = new Map<string, PerturbationIntervals>()
  for (const [name, stability] of own) {
    const alone = aligned(new Map([[name, stability]]))
    const found = alone && (await drawn(alone, unit, null)).byPerturbation.get(name)
    if (found) apart.set(name, found)
  }
  return { mfr: null, mt5d: null, meanFlips: null, meanDistance: null, byPerturbation: apart }
}

function meanOfAll(values: Readonly<Record<string, number>>): number | null {
  const all = Object.values(values)
  return all.length === 0 ? null : all.reduce((sum, value) => sum + value, 0) / all.length
}

async function drawn(
  { pictures, values }: Aligned,
  unit: PerturbationUnit | null,
  along: Aligned | null,
): Promise<Intervals> {
  const names = [...values.keys()]
  const means = (from: Aligned['values'], indices: Uint32Array, read: keyof SequenceValues) =>
    Object.fromEntries([...from].map(([name, found]) => [name, meanOf(found[read], indices)]))
  const found = await metricIntervals(pictures, (indices) => {
    const flips = means(values, indices, 'flips')
    const distances = means(values, indices, 'distances')
    const flipRates = meanRate(flips, along ? means(along.values, indices, 'flips') : (unit?.flips ?? {}))
    const distanceRates = meanRate(
      distances,
      along ? means(along.values, indices, 'distances') : (unit?.distances ?? {}),
    )
    return [
      flipRates.mean,
      distanceRates.mean,
      meanOfAll(flips),
      meanOfAll(distances),
      ...names.flatMap((name) => [
        flips[name] ?? null,
        distances[name] ?? null,
        flipRates.rates[name] ?? null,
        distanceRates.rates[name] ?? null,
      ]),
    ]
  })
  const [mfr, mt5d, meanFlips, meanDistance, ...rest] = found
  return {
    mfr: mfr ?? null,
    mt5d: mt5d ?? null,
    meanFlips: meanFlips ?? null,
    meanDistance: meanDistance ?? null,
    byPerturbation: new Map(
      names.map((name, place) => [
        name,
        {
          flips: rest[4 * place] ?? null,
          distance: rest[4 * place + 1] ?? null,
          flipRate: rest[4 * place + 2] ?? null,
          distanceRate: rest[4 * place + 3] ?? null,
        },
      ]),
    ),
  }
}
