import { imagenetP10, type PerturbationName } from '#shared/transforms/index.ts'
import { alexnetFlips, flipProbability, frameRule, top5Mean } from '../../../metrics/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { Grid, GridModel } from '../../definition/index.ts'
import { chosenPerturbations, type PerturbationParams } from './conditions.ts'
import { madeSequences, publishedSequences, type Sequence } from './sequences.ts'
import { nextTurn } from '../../../base/nextTurn.ts'

/** What a model's answers do over one sequence of frames. */
export interface SequenceStability {
  /** The same for a picture under every perturbation. */
  picture: string
  /** Image of the first frame. */
  imageId: number
  name: string
  className: string
  /** Share of frames whose class differs from that of their reference frame. */
  flips: number
  /** Mean top-5 distance of frames to their reference frames, 0 to 15. */
  distance: number
}

/** Flips and top-5 distances of one model under one perturbation. */
export interface Stability {
  sequences: SequenceStability[]
  flips: number | null
  distance: number | null
}

export type Stabilities = ReadonlyMap<PerturbationName, Stability>

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
  const found = new Map<PerturbationName, Stability>()
  for (const name of chosenPerturbations(chosen)) {
    const cells = grid.cells.filter(
      ({ modelId, params }) => modelId === model.id && params['perturbation'] === name,
    )
    if (cells.length === 0 || !cells.every((cell) => grid.whole(cell))) continue
    const sequences = published
      ? publishedSequences(db, model, name, chosen.stride)
      : await madeSequences(db, model, name, chosen.stride)
    found.set(
      name,
      measure(
        name,
        sequences.filter(({ frames }) => frames.length > 1),
      ),
    )
    await nextTurn()
  }
  return found
}

function measure(name: PerturbationName, sequences: readonly Sequence[]): Stability {
  const rule = frameRule(name)
  const found = sequences.map(({ frames, ...picture }) => ({
    ...picture,
    flips: flipProbability([frames.map(classOf)], rule) ?? 0,
    distance: top5Mean([frames], rule) ?? 0,
  }))
  return {
    sequences: found,
    flips: meanOf(found.map(({ flips }) => flips)),
    distance: meanOf(found.map(({ distance }) => distance)),
  }
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** What counts as 100. */
export interface Unit {
  name: string
  /** null for constants: AlexNet's, or those that were given. */
  modelId: number | null
  flips: Readonly<Record<string, number>> | null
  /** null where no values are known. */
  distances: Readonly<Record<string, number>> | null
  /** Whose distances these are. */
  distancesOf: string
}

export const valuesOf = (
  own: Stabilities,
  read: (stability: Stability) => number | null,
): Record<string, number> =>
  Object.fromEntries(
    [...own].flatMap(([name, stability]) => {
      const value = read(stability)
      return value === null ? [] : [[name, value]]
    }),
  )

/**
 * AlexNet's flips belong to the published sequences at stride 1 and the standard noise; its top-5 distances are not
 * known from any source, but may be given. A model of the study may count as 100 instead.
 */
export function unitOf(
  baseline: { id: number; title: string; own: Stabilities } | null,
  published: boolean,
  chosen: PerturbationParams,
): Unit | null {
  const given = givenDistances(chosen)
  if (baseline)
    return {
      name: baseline.title,
      modelId: baseline.id,
      flips: valuesOf(baseline.own, ({ flips }) => flips),
      distances: valuesOf(baseline.own, ({ distance }) => distance),
      distancesOf: baseline.title,
    }
  const standard = published && chosen.stride === 1 && chosen.difficulty === 1
  if (!standard && given === null) return null
  return {
    name: standard ? 'AlexNet' : 'values given',
    modelId: null,
    flips: standard ? alexnetFlips : null,
    distances: given,
    distancesOf: 'values given',
  }
}

/** Ten numbers in the order of the benchmark; null where none were given. */
const givenDistances = ({ distances }: PerturbationParams): Record<string, number> | null =>
  distances.length === 0
    ? null
    : Object.fromEntries(imagenetP10.flatMap((name, place) => [[name, distances[place] ?? 0]]))
