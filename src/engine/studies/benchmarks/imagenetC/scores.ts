import type { Interval } from '#shared/contract/index.ts'
import { imagenetC15, imagenetC19 } from '#shared/transforms/index.ts'
import {
  alexnet,
  corruptionSummary,
  type CorruptionBaseline,
  type CorruptionErrors,
  type CorruptionSummary,
} from '../../../metrics/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { rememberedResult } from '../../summary/intervals.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { allKeys, cleanKey, keyOf, severities } from './conditions.ts'
import { corruptionIntervals, meanOfKnown, type CorruptionIntervals } from './intervals.ts'
import { knownScores, type KnownScores } from './known.ts'
import { pictureErrors } from '../shared/pictures.ts'
import type { Grid, GridModel } from '../../definition/index.ts'

/** The baseline whose errors count as 100. */
export interface CorruptionUnit {
  name: string
  /** null for AlexNet's published errors. */
  model: GridModel | null
  baseline: CorruptionBaseline
}

/**
 * Chooses the baseline: a model of the study; else AlexNet's published errors, for the published files only;
 * else null.
 */
export function unitOf(grid: Grid, published: boolean, model: GridModel | null): CorruptionUnit | null {
  if (model)
    return {
      name: model.title,
      model,
      baseline: { errors: errorsOf(grid, model), clean: cleanErrorOf(grid, model) },
    }
  return published ? { name: 'AlexNet', model: null, baseline: alexnet } : null
}

/** Top-1 errors of the whole cells of a model, from 0 to 1; null where a cell is missing or not whole. */
const errorsOf = (grid: Grid, model: GridModel): CorruptionErrors =>
  Object.fromEntries(
    imagenetC19.map((name) => [
      name,
      severities.map((severity) => {
        const cell = cellOf(grid, model.id, keyOf(name, severity))
        return cell?.top1 == null || !grid.whole(cell) ? null : 1 - cell.top1
      }),
    ]),
  )

/** Top-1 error on the clean images, from 0 to 1; null before all of them were measured. */
export function cleanErrorOf(grid: Grid, model: GridModel): number | null {
  const cell = cellOf(grid, model.id, cleanKey)
  return cell?.top1 == null || !grid.whole(cell) ? null : 1 - cell.top1
}

/** The scores of a model on ImageNet-C. CE and mCE are in per cent: 100 = as many errors as the baseline. */
export interface Scores extends CorruptionSummary {
  /**
   * Mean CE over the benchmark's corruptions without frost, which uses other pictures here; null while one is
   * missing.
   */
  mceWithoutFrost: number | null
  /** Mean accuracy over every chosen cell; null while one is not whole. */
  chosenAccuracy: number | null
  /** Mean error of each corruption over the chosen severities; null while a cell is not whole. */
  chosenErrors: ReadonlyMap<string, number | null>
  /** null before all cells of the model are whole, or where cells have different pictures. */
  intervals: CorruptionIntervals | null
  /** What is known while images are missing. */
  known: KnownScores
  /** Images per cell; null where cells differ. */
  images: number | null
}

const nothing: CorruptionBaseline = { errors: {}, clean: null }

/**
 * Computes the scores of a model, with bootstrap intervals over pictures. A resampled picture brings all its
 * corrupted versions.
 */
export async function scoresOf(
  db: Db,
  grid: Grid,
  model: GridModel,
  unit: CorruptionUnit | null,
): Promise<Scores> {
  const baseline = unit?.baseline ?? nothing
  const summary = corruptionSummary(errorsOf(grid, model), cleanErrorOf(grid, model), baseline)
  const corrupted = grid.cells.filter(({ modelId, key }) => modelId === model.id && key !== cleanKey)
  const counts = new Set(corrupted.map(({ n }) => n))
  const chosenErrors = new Map(
    [...Map.groupBy(corrupted, ({ params }) => String(params['corruption']))].map(([name, cells]) => [
      name,
      cells.every((cell) => grid.whole(cell)) ? errorOver(cells) : null,
    ]),
  )
  const whole = corrupted.length > 0 && corrupted.every((cell) => grid.whole(cell))
  const error = errorOver(corrupted)
  return {
    ...summary,
    mceWithoutFrost: withoutFrost(summary),
    chosenAccuracy: whole && error !== null ? 1 - error : null,
    chosenErrors,
    intervals: whole ? await intervalsOf(db, grid, model, unit) : null,
    known: await knownScores(grid, corrupted),
    images: counts.size === 1 ? ([...counts][0] ?? null) : null,
  }
}

const errorOver = (cells: Grid['cells']) =>
  meanOfKnown(cells.map(({ top1 }) => (top1 === null ? null : 1 - top1)))

function withoutFrost({ scores }: CorruptionSummary): number | null {
  const rest = scores.filter(
    ({ corruption }) => corruption !== 'frost' && imagenetC15.some((name) => name === corruption),
  )
  return rest.some(({ ce }) => ce === null) ? null : meanOfKnown(rest.map(({ ce }) => ce))
}

async function intervalsOf(
  db: Db,
  grid: Grid,
  model: GridModel,
  unit: CorruptionUnit | null,
): Promise<CorruptionIntervals | null> {
  const factsOf = (of: GridModel) =>
    of.conditions.map((stored) => [
      of.variantOf(stored),
      stored.parts[0]?.conditionId,
      stored.source,
      cellOf(grid, of.id, stored.condition.key)?.correct,
    ])
  const key = ['corruptions', factsOf(model), unit?.model ? factsOf(unit.model) : unit?.name]
  return rememberedResult(JSON.stringify(key), async () => {
    const own = await pictureErrors(db, grid, model, allKeys)
    if (own === null) return null
    const along = unit?.model ? await pictureErrors(db, grid, unit.model, allKeys) : null
    return corruptionIntervals(own, unit?.baseline ?? nothing, along)
  })
}

/** The interval of a score; null for the baseline model, whose scores are 100 by definition. */
export const rateInterval = (
  scores: Scores | undefined,
  isUnit: boolean,
  read: (intervals: CorruptionIntervals) => Interval | null,
): Interval | null => (isUnit || !scores?.intervals ? null : read(scores.intervals))
