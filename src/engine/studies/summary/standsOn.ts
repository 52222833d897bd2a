import type { Sequence, StudyCondition } from '#shared/contract/index.ts'
import type { Point } from '#shared/figures/spec.ts'

/** What is known of a value over all its images, where some are missing; for points that show it. */
export const ofAll = (sequence: Sequence | null | undefined): Pick<Point, 'all'> =>
  sequence ? { all: { lo: sequence.lo, hi: sequence.hi } } : {}

/** What a point of one cell stands on: its n, and the number of images it is planned for where some are missing. */
export const standsOn = ({
  n,
  missing,
}: Pick<StudyCondition, 'n' | 'missing'>): { n: number; of?: number } =>
  missing > 0 ? { n, of: n + missing } : { n }

/**
 * What a point of several draws stands on: the fewest images of a draw, and the number of draws where some have none.
 *
 * @param planned all draws of the point, measured or not
 */
export function standOn(planned: readonly StudyCondition[]): Pick<Point, 'n' | 'of' | 'draws'> {
  const begun = planned.filter(({ n }) => n > 0)
  const [least] = [...begun].sort((a, b) => a.n - b.n)
  return {
    ...standsOn(least ?? { n: 0, missing: 0 }),
    ...(begun.length < planned.length ? { draws: { n: begun.length, of: planned.length } } : {}),
  }
}
