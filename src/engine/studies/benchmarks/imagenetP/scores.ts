import { imagenetP10, type PerturbationName } from '#shared/transforms/index.ts'
import { alexnetFlips, flipProbability, frameRule, top5Mean } from '../../../metrics/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { Grid, GridModel } from '../../definition/index.ts'
import { chosenPerturbations, type PerturbationParams } from './conditions.ts'
import { madeSequences, publishedSequences, type Sequence } from './sequences.ts'
import { nextTurn } from '../../../base/nextTurn.ts'

/** How stable a model's predictions are over one sequence of frames. */
export interface SequenceStability {
  /** The same for a picture under every perturbation. */
  picture: string
  /** Image of the first frame. */
  imageId: number
  name: string
  className: string
  /** Share of frames whose class differs from that of their reference frame, from 0 to 1. */
  flips: number
  /** Mean top-5 distance of frames to their reference frames, from 0 to 15. */
  distance: number
}

/** Mean flip probability (0 to 1) and mean top-5 distance (0 to 15) of one model under one perturbation. */
export interface Stability {
  sequences: SequenceStability[]
  flips: number | null
  distance: number | null
}

export type Stabilities = ReadonlyMap<PerturbationName, Stability>

/**
 * A frame whose outputs were not finite gets a class of its own, so that it differs from every other frame.
 */
const classOf = (top: readonly number[], place: number) => top[0] ?? -1 - place

/** Measures the stability of a model under every perturbation that is whole. */
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

/** The baseline whose values count as 100. */
export interface PerturbationUnit {
  name: string
  /** null for constants: AlexNet's, or values given as parameters. */
  modelId: number | null
  flips: Readonly<Record<string, number>> | null
  /** null where no values are known. */
  distances: Readonly<Record<string, number>> | null
  /** Where these distances come from. */
  distancesOf: string
}

/** One value per perturbation; perturbations without a value are left out. */
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
 * Chooses the baseline: a model of the study; else AlexNet's flips, for the published sequences at stride 1
 * and difficulty 1. No source has AlexNet's top-5 distances, but they may be given as parameters. null
 * without any.
 */
export function unitOf(
  baseline: { id: number; title: string; own: Stabilities } | null,
  published: boolean,
  chosen: PerturbationParams,
): PerturbationUnit | null {
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

/** The ten given distances by perturbation; null where none were given. */
const givenDistances = ({ distances }: PerturbationParams): Record<string, number> | null =>
  distances.length === 0
    ? null
    : Object.fromEntries(imagenetP10.flatMap((name, place) => [[name, distances[place] ?? 0]]))
