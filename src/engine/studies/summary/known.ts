import type { Sequence, StudyCondition } from '#shared/contract/index.ts'
import type { Point } from '#shared/figures/spec.ts'
import type { Grid } from '../definition/index.ts'
import type { Bar } from './bars.ts'
import { ofAll } from './standsOn.ts'

/** The sequence of a mean over cells; that of the cell itself where there is one. */
export const knownMean = async (grid: Grid, cells: readonly StudyCondition[]): Promise<Sequence | null> =>
  cells.length === 1
    ? (cells[0]?.sequence ?? null)
    : grid.known(
        cells.map((cell) => ({ cell, weight: 1 })),
        cells.length,
      )

/** The sequence of the mean over cells minus the accuracy under the model's first condition; null for that one itself. */
export async function knownChange(grid: Grid, cells: readonly StudyCondition[]): Promise<Sequence | null> {
  const first = grid.cells.find(({ modelId }) => modelId === cells[0]?.modelId)
  if (!first || cells.every((cell) => cell === first)) return null
  const terms = [...cells.map((cell) => ({ cell, weight: 1 })), { cell: first, weight: -cells.length }]
  return grid.known(terms, cells.length)
}

/** What a point has of a sequence, where nothing else is known of it: its estimate is the value. */
export const openPoint = (
  known: Sequence | null,
): (Pick<Point, 'n' | 'of' | 'all'> & { y: number }) | null =>
  known && known.estimate !== null ? { y: known.estimate, n: known.n, of: known.of, ...ofAll(known) } : null

/** As `openPoint`, for bars. */
export function openBar(known: Sequence | null | undefined): Bar | null {
  const point = openPoint(known ?? null)
  if (!point) return null
  const { y: value, ...rest } = point
  return { value, ...rest }
}

/** What is known of 1 minus a value: of errors, by that of accuracies. */
export const flipped = (known: Sequence | null): Sequence | null =>
  known && {
    ...known,
    lo: 1 - known.hi,
    hi: 1 - known.lo,
    estimate: known.estimate === null ? null : 1 - known.estimate,
  }
