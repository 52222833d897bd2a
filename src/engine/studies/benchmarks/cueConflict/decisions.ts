import { conflictName, cuesOf } from '../../../datasets/index.ts'
import {
  cueCounts,
  errorConsistency,
  shapeBias,
  type Consistency,
  type CueCounts,
  type CueDecision,
} from '../../../metrics/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { GridModel } from '../../definition/index.ts'
import { measured, outcomesInTurn } from '../../summary/outcomes.ts'
import type { Observer } from './humans.ts'

export const conflictKey = 'cue-conflict'

/** Decisions of a model by the name of the image; empty before it was measured. Images whose name says no cues are left out. */
export async function decisionsOf(db: Db, model: GridModel): Promise<Map<string, CueDecision>> {
  const readout = measured(model, conflictKey)?.stored.condition.readout
  const categories = new Map(
    readout?.op === 'groups'
      ? readout.groups.flatMap(({ name, indices }) => indices.map((index) => [index, name] as const))
      : [],
  )
  const found = new Map<string, CueDecision>()
  for await (const page of outcomesInTurn(db, model, conflictKey))
    for (const { name, predicted } of page) {
      const cues = cuesOf(name)
      if (cues) found.set(conflictName(name), { ...cues, decision: categories.get(predicted) ?? null })
    }
  return found
}

/** Counts by category of the shape, in the order of names. */
export const countsByShape = (decisions: Iterable<CueDecision>): Map<string, CueCounts> =>
  new Map(
    [...Map.groupBy(decisions, ({ shape }) => shape)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([shape, own]) => [shape, cueCounts(own)]),
  )

/** Mean over people of the consistency with each, over the images that both have. */
export interface MeanConsistency extends Consistency {
  /** Fewest and most of the kappas. */
  least: number
  most: number
  people: number
  /** Fewest images of a comparison. */
  images: number
}

/** Consistency of decisions with those of people; null without people, or without an image in common. */
export function consistencyWith(
  decisions: ReadonlyMap<string, CueDecision>,
  people: readonly Observer[],
): MeanConsistency | null {
  const found = people.flatMap((person) => {
    const pairs = { both: 0, first: 0, second: 0, neither: 0 }
    for (const [name, own] of decisions) {
      const other = person.decisions.get(name)
      if (!other) continue
      const [a, b] = [own.decision === own.shape, other.decision === other.shape]
      pairs[a ? (b ? 'both' : 'first') : b ? 'second' : 'neither']++
    }
    const consistency = errorConsistency(pairs)
    const images = pairs.both + pairs.first + pairs.second + pairs.neither
    return consistency ? [{ ...consistency, images }] : []
  })
  if (found.length === 0) return null
  const mean = (read: (one: Consistency) => number) =>
    found.reduce((sum, one) => sum + read(one), 0) / found.length
  const kappas = found.map(({ kappa }) => kappa)
  return {
    observed: mean(({ observed }) => observed),
    expected: mean(({ expected }) => expected),
    kappa: mean(({ kappa }) => kappa),
    least: Math.min(...kappas),
    most: Math.max(...kappas),
    people: found.length,
    images: Math.min(...found.map(({ images }) => images)),
  }
}

/** Mean shape bias of people, in [0, 1]; null without any. */
export function meanBias(people: readonly Observer[]): number | null {
  const known = people.flatMap(({ decisions }) => shapeBias(cueCounts(decisions.values())) ?? [])
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length
}
