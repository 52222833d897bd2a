/** What an image shows and what was decided; `decision` is null where no category was named. */
export interface CueDecision {
  shape: string
  texture: string
  decision: string | null
}

/** Decisions on images with a cue conflict, counted. */
export interface CueCounts {
  /** All images. */
  n: number
  /** Images whose shape and texture are of different categories. */
  conflicts: number
  /** Of the conflicts: decisions for the shape, and for the texture. */
  shape: number
  texture: number
  /** Of all images: decisions for the shape. */
  correct: number
}

/**
 * Counts decisions (Geirhos et al. 2019; modelvshuman/plotting/analyses.py, ShapeBias): images without a conflict count in `n` and
 * `correct` only.
 */
export function cueCounts(decisions: Iterable<CueDecision>): CueCounts {
  const counts: CueCounts = { n: 0, conflicts: 0, shape: 0, texture: 0, correct: 0 }
  for (const { shape, texture, decision } of decisions) {
    counts.n++
    if (decision === shape) counts.correct++
    if (shape === texture) continue
    counts.conflicts++
    if (decision === shape) counts.shape++
    if (decision === texture) counts.texture++
  }
  return counts
}

/** Shape decisions over shape and texture decisions, in [0, 1]; null where there are none. */
export const shapeBias = ({ shape, texture }: Pick<CueCounts, 'shape' | 'texture'>): number | null =>
  shape + texture === 0 ? null : shape / (shape + texture)

/** How consistent the errors of two observers are, over the same images. */
export interface Consistency {
  /** Share of images that both have right or both wrong, in [0, 1]. */
  observed: number
  /** That share for two observers that err independently with the same accuracies. */
  expected: number
  /** (observed - expected) / (1 - expected), in [-1, 1]; 1 where all agree. */
  kappa: number
}

/**
 * Error consistency of two observers (Geirhos, Meding and Wichmann 2020), Cohen's kappa of right and wrong; null without images.
 *
 * @param pairs how many images both have right, the first only, the second only, neither
 */
export function errorConsistency(pairs: {
  both: number
  first: number
  second: number
  neither: number
}): Consistency | null {
  const { both, first, second, neither } = pairs
  const n = both + first + second + neither
  if (n === 0) return null
  const [p, q] = [(both + first) / n, (both + second) / n]
  const observed = (both + neither) / n
  const expected = p * q + (1 - p) * (1 - q)
  return { observed, expected, kappa: observed === 1 ? 1 : (observed - expected) / (1 - expected) }
}
