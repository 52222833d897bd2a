import type { Interval, StudyCondition } from '#shared/contract/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { Grid, GridModel } from '../../definition/index.ts'
import { countedIntervals, rememberedResult } from '../../summary/intervals.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { keyOf } from '../shared/corruptionKeys.ts'
import { pictureErrors } from '../shared/pictures.ts'
import { resampledShares } from '../shared/resampled.ts'

export const severities = [1, 2, 3, 4, 5] as const

/** A mean of errors with its interval; null while a cell of it is missing or not whole. */
export interface MeanError {
  value: number
  interval: Interval | null
}

/** Errors of a model on a set: over all that the dataset has, and by corruption over its severities. */
export interface SetScores {
  all: MeanError | null
  byCorruption: ReadonlyMap<string, MeanError | null>
  /** Images per cell; null where cells differ or nothing was measured. */
  images: number | null
}

/** The cells of a model, by corruption, in the order of severities. */
export const cellsOf = (grid: Grid, modelId: number, corruption: string): StudyCondition[] =>
  severities.flatMap((severity) => cellOf(grid, modelId, keyOf(corruption, severity)) ?? [])

/** Mean of 1 - top-1 over cells, each counting as much; null unless all are whole. */
export const meanError = (grid: Grid, cells: readonly StudyCondition[]): number | null =>
  cells.length === 0 || cells.some((cell) => cell.top1 === null || !grid.whole(cell))
    ? null
    : cells.reduce((sum, { top1 }) => sum + 1 - (top1 ?? 0), 0) / cells.length

/**
 * Computes the errors of a model, with percentile bootstrap intervals over pictures: a resampled picture brings all its corrupted
 * versions. No interval where cells have different pictures.
 */
export async function setScores(
  db: Db,
  grid: Grid,
  model: GridModel,
  corruptions: readonly string[],
): Promise<SetScores> {
  const cells = new Map(corruptions.map((name) => [name, cellsOf(grid, model.id, name)]))
  const every = [...cells.values()].flat()
  const values = [every, ...cells.values()].map((own) => meanError(grid, own))
  const intervals = values[0] === null ? [] : await intervalsOf(db, grid, model, [every, ...cells.values()])
  const [all = null, ...rest] = values.map((value, at) =>
    value === null ? null : { value, interval: intervals[at] ?? null },
  )
  const counts = new Set(every.map(({ n }) => n))
  return {
    all,
    byCorruption: new Map(corruptions.map((name, at) => [name, rest[at] ?? null])),
    images: counts.size === 1 ? ([...counts][0] ?? null) : null,
  }
}

async function intervalsOf(
  db: Db,
  grid: Grid,
  model: GridModel,
  means: readonly (readonly StudyCondition[])[],
): Promise<(Interval | null)[]> {
  const every = means[0] ?? []
  const facts = model.conditions.map((stored) => [
    model.variantOf(stored),
    stored.parts[0]?.conditionId,
    stored.source,
    cellOf(grid, model.id, stored.condition.key)?.correct,
  ])
  return rememberedResult(JSON.stringify(['corruption set', facts]), async () => {
    const own = await pictureErrors(
      db,
      grid,
      model,
      every.map(({ key }) => key),
    )
    if (own === null) return []
    const sharesOf = resampledShares(own)
    return countedIntervals(own.pictures, (counts) => {
      const shares = sharesOf(counts)
      return means.map((cells) =>
        cells.length === 0
          ? null
          : cells.reduce((sum, { key }) => sum + (shares.get(key) ?? 0), 0) / cells.length,
      )
    })
  })
}
