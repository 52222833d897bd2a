import type { Transform } from '#shared/transform.ts'
import type { Db } from '../workspace/index.ts'
import type { Condition } from './condition.ts'
import { conditionFinder, conditionStore } from './conditions.ts'
import { imagesOf, sqlOf, type ImageSource, type SqlValue } from './images.ts'
import type { Setting } from './variants.ts'

/** What is done to the images from a first to a last id, both included. */
export interface ConditionPart {
  /** null before a run has stored it; then there are no facts. */
  conditionId: number | null
  transform: Transform
  from: number
  to: number
}

export interface StoredPart extends ConditionPart {
  conditionId: number
}

/** One column of the grid with what may be stored behind it: several parts where transforms are drawn per group. */
export interface PlannedCondition {
  condition: Condition
  parts: ConditionPart[]
  /** The images it is about. */
  source: ImageSource
}

/** A condition whose transforms are stored, so that facts can be. */
export interface StoredCondition extends PlannedCondition {
  parts: StoredPart[]
}

/** What a condition changes in how the model is used. */
export const settingOf = ({ condition: { preprocessing, readout } }: PlannedCondition): Setting => ({
  ...(preprocessing ? { preprocessing } : {}),
  ...(readout ? { readout } : {}),
})

/** The conditions of a study over its images, with those that are stored. Nothing is written. */
export const findConditions = (
  db: Db,
  conditions: readonly Condition[],
  source: ImageSource,
  groupSize: number | null,
): PlannedCondition[] => planned(conditions, source, rangesOf(db, source, groupSize), conditionFinder(db))

/** As `findConditions`, and stores those that are not. Only running a study calls for it. */
export function storeConditions(
  db: Db,
  conditions: readonly Condition[],
  source: ImageSource,
  groupSize: number | null,
): StoredCondition[] {
  const ranges = rangesOf(db, source, groupSize)
  const store = conditionStore(db)
  return db.transaction(() => planned(conditions, source, ranges, store))()
}

interface Range {
  from: number
  to: number
}

const planned = <Id>(
  conditions: readonly Condition[],
  source: ImageSource,
  ranges: readonly Range[],
  idOf: (transform: Transform) => Id,
) =>
  conditions.map((condition) => ({
    condition,
    source: { ...source, ...condition.images },
    parts: ranges.map((range, group) => {
      const transform = condition.transform(group)
      return { conditionId: idOf(transform), transform, ...range }
    }),
  }))

/** First and last image id of each run of `size` images in order; all ids where there are no groups. */
function rangesOf(db: Db, source: ImageSource, size: number | null): Range[] {
  if (size === null) return [{ from: 0, to: Number.MAX_SAFE_INTEGER }]
  const images = imagesOf(source)
  return db
    .prepare<SqlValue[], Range>(
      `SELECT min(id) AS "from", max(id) AS "to" FROM (
         SELECT i.id, (row_number() OVER (ORDER BY i.id) - 1) / CAST(? AS INTEGER) AS run FROM ${sqlOf(images)}
       ) GROUP BY run ORDER BY run`,
    )
    .all(size, ...images.values)
}

/** The part of a condition that holds for an image; parts are in ascending order and do not overlap. */
export function partFor<Part extends ConditionPart>(
  { condition, parts }: Pick<PlannedCondition, 'condition'> & { parts: readonly Part[] },
  imageId: number,
): Part {
  let [low, high] = [0, parts.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (imageId <= (parts[middle]?.to ?? Infinity)) high = middle
    else low = middle + 1
  }
  const part = parts[low]
  if (!part || imageId < part.from || imageId > part.to)
    throw new Error(`no transform of ${condition.key} for image ${imageId}`)
  return part
}
