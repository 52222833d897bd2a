import type { Interval } from '#shared/contract/index.ts'
import type { PerturbationName } from '#shared/transforms/index.ts'
import {
  alexnetFlips,
  flipProbability,
  frameRule,
  meanRate,
  perturbations as benchmark,
  top5Mean,
} from '../../../metrics/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { Grid, GridModel } from '../../grid.ts'
import { meanInterval, remembered } from '../intervals.ts'
import { breath } from '../outcomes.ts'
import { chosenPerturbations, type PerturbationParams } from './conditions.ts'
import { madeSequences, publishedSequences, type Sequence } from './sequences.ts'

/** Flips and top-5 distances of one model under one perturbation. */
export interface Stability {
  sequences: number
  /** Share of frames whose class differs from that of their reference frame. */
  flips: number | null
  /** Mean top-5 distance, 0 to 15. */
  distance: number | null
  /** Flips of every sequence, by picture. */
  perPicture: Map<string, number>
  flipInterval: Interval | null
}

export type Stabilities = Map<PerturbationName, Stability>

/** A frame whose outputs were not finite differs from every other one. */
const classOf = (top: readonly number[], place: number) => top[0] ?? -1 - place

/** Every perturbation that is whole for the model. */
export async function stabilityOf(
  db: Db,
  grid: Grid,
  model: GridModel,
  chosen: PerturbationParams,
  published: boolean,
): Promise<Stabilities> {
  const found: Stabilities = new Map()
  for (const name of chosenPerturbations(chosen)) {
    const cells = grid.cells.filter(
      ({ modelId, params }) => modelId === model.id && params['perturbation'] === name,
    )
    if (cells.length === 0 || !cells.every((cell) => grid.whole(cell))) continue
    const sequences = published
      ? publishedSequences(db, model, name, chosen.stride)
      : await madeSequences(db, model, name, chosen.stride)
    const usable = sequences.filter(({ frames }) => frames.length > 1)
    found.set(name, measure(name, usable))
    await breath()
  }
  return found
}

function measure(name: PerturbationName, sequences: Sequence[]): Stability {
  const rule = frameRule(name)
  const predicted = sequences.map(({ frames }) => frames.map(classOf))
  const perPicture = new Map(
    sequences.map(({ picture }, place) => [picture, flipProbability([predicted[place] ?? []], rule) ?? 0]),
  )
  const flips = flipProbability(predicted, rule)
  const distance = top5Mean(
    sequences.map(({ frames }) => frames),
    rule,
  )
  const values = Float64Array.from(perPicture.values())
  return {
    sequences: sequences.length,
    flips,
    distance,
    perPicture,
    flipInterval: remembered(`flips ${name} ${values.length} ${flips} ${distance}`, () =>
      meanInterval(values),
    ),
  }
}

/** What counts as 100. */
export interface Unit {
  name: string
  /** null for AlexNet. */
  modelId: number | null
  flips: Readonly<Record<string, number>>
  /** null where no values are known. */
  distances: Readonly<Record<string, number>> | null
}

const valuesOf = (own: Stabilities, read: (stability: Stability) => number | null) =>
  Object.fromEntries(
    [...own].flatMap(([name, stability]) => {
      const value = read(stability)
      return value === null ? [] : [[name, value]]
    }),
  )

/**
 * AlexNet's flips belong to the published sequences at stride 1 and the standard noise; its top-5 distances are not
 * known from any source. A model of the study may count as 100 instead.
 */
export function unitOf(
  baseline: { id: number; title: string; own: Stabilities } | null,
  published: boolean,
  { stride, difficulty }: PerturbationParams,
): Unit | null {
  if (baseline)
    return {
      name: baseline.title,
      modelId: baseline.id,
      flips: valuesOf(baseline.own, ({ flips }) => flips),
      distances: valuesOf(baseline.own, ({ distance }) => distance),
    }
  return published && stride === 1 && difficulty === 1
    ? { name: 'AlexNet', modelId: null, flips: alexnetFlips, distances: null }
    : null
}

export interface Rates {
  flipRates: Record<string, number | null>
  mfr: number | null
  mfrInterval: Interval | null
  distanceRates: Record<string, number | null>
  mt5d: number | null
}

/** Flip rates and top-5 rates against what counts as 100; means only over all ten perturbations. */
export function ratesOf(modelId: number, own: Stabilities, unit: Unit | null): Rates {
  const flips = meanRate(
    valuesOf(own, (stability) => stability.flips),
    unit?.flips ?? {},
  )
  const distances = meanRate(
    valuesOf(own, (stability) => stability.distance),
    unit?.distances ?? {},
  )
  const pictures =
    unit === null || flips.mean === null || unit.modelId === modelId ? null : mfrPerPicture(own, unit.flips)
  return {
    flipRates: flips.rates,
    mfr: flips.mean,
    mfrInterval:
      pictures &&
      remembered(`mfr ${unit?.name} ${pictures.length} ${flips.mean}`, () => meanInterval(pictures)),
    distanceRates: distances.rates,
    mt5d: distances.mean,
  }
}

/** mFR as a mean over pictures; null where the perturbations do not show the same pictures. */
function mfrPerPicture(own: Stabilities, base: Readonly<Record<string, number>>): Float64Array | null {
  const values = new Map<string, { value: number; parts: number }>()
  for (const name of benchmark) {
    const weight = 100 / (benchmark.length * (base[name] ?? Number.NaN))
    for (const [picture, flips] of own.get(name)?.perPicture ?? []) {
      const known = values.get(picture) ?? { value: 0, parts: 0 }
      values.set(picture, { value: known.value + flips * weight, parts: known.parts + 1 })
    }
  }
  const all = [...values.values()]
  return all.some(({ parts }) => parts !== benchmark.length)
    ? null
    : Float64Array.from(all, ({ value }) => value)
}
