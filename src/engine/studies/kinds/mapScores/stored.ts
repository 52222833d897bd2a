import { canonicalJson } from '#shared/canonical.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { areaUnder } from '#shared/maths/removal.ts'
import { isControl, methodOf, type MapScoreParams, type Orderer } from './params.ts'

/** What is stored of a map of an image. */
export interface MapScores {
  /** Index of the explained class. */
  index: number
  /** The pixel with the largest value, in pixels of the model's input. */
  peak: [number, number]
  /** Probability of the class while pixels are removed, and while they are inserted: `steps` + 1 values each. */
  deletion: Float64Array
  insertion: Float64Array
  /** Rank correlation with the map of each randomised network. */
  sanity: Float64Array
}

/** The key of the scores of a map, one vector per image. */
export const scoresRewrite = (orderer: Orderer, chosen: MapScoreParams): Rewrite => {
  const { target, steps, cascade, seed } = chosen
  const own = isControl(orderer)
    ? { map: orderer, ...(orderer === 'random' ? { seed } : {}) }
    : { ...methodOf(orderer, chosen), ...(cascade > 0 ? { cascade, randomised: seed } : {}) }
  const together = canonicalJson({ ...own, target, curve: steps })
  return { op: 'probe', what: 'mapScores', together, version: 1 }
}

export const vectorOf = ({ index, peak, deletion, insertion, sanity }: MapScores): number[] => [
  index,
  ...peak,
  ...deletion,
  ...insertion,
  ...sanity,
]

export function scoresOf(vector: Float64Array, steps: number): MapScores {
  const [index = -1, x = 0, y = 0] = vector
  const curve = (from: number) => vector.subarray(from, from + steps + 1)
  return {
    index,
    peak: [x, y],
    deletion: curve(3),
    insertion: curve(3 + steps + 1),
    sanity: vector.subarray(3 + 2 * (steps + 1)),
  }
}

/** Numbers of one image that figures and tables are means of. */
export interface Measures {
  deletion: number
  insertion: number
}

export const measuresOf = ({ deletion, insertion }: MapScores): Measures => ({
  deletion: areaUnder(deletion),
  insertion: areaUnder(insertion),
})
