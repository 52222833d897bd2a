import type { Transform } from '#shared/transform.ts'
import type { Db } from '../workspace/index.ts'
import type { Condition } from './condition.ts'
import { conditionFinder, conditionStore } from './conditions.ts'
import { imagesOf, sqlOf, type ImageSource, type SqlValue } from './images.ts'
import type { Setting } from './variants.ts'

/** The transform of the images from id `from` to id `to`, both included. */
export interface ConditionPart {
  /** null where no run has stored the condition; it has no facts then. */
  conditionId: number | null
  transform: Transform
  from: number
  to: number
}

/** A part whose condition is stored. */
export interface StoredPart extends ConditionPart {
  conditionId: number
}

/** A condition of a study with its stored parts; several where transforms are drawn per group of images. */
export interface PlannedCondition {
  condition: Condition
  parts: ConditionPart[]
  /** The images of the condition. */
  source: ImageSource
}

/** A condition whose transforms are stored, so that its facts can be stored. */
export interface StoredCondition extends PlannedCondition {
  parts: StoredPart[]
}

/** Returns the preprocessing and the readout that a condition replaces. */
export const settingOf = ({ condition: { preprocessing, readout } }: PlannedCondition): Setting => ({
  ...(preprocessing ? { preprocessing } : {}),
  ...(readout ? { readout } : {}),
})

/**
 * Plans the conditions of a study over its images and finds those that are stored. Writes nothing.
 *
 * @param groupSize images per group; null without groups
 */
export const findConditions = (
  db: Db,
  conditions: readonly Condition[],
  source: ImageSource,
  groupSize: number | null,
): PlannedCondition[] => planned(conditions, source, rangesOf(db, source, groupSize), conditionFinder(db))

/** Plans the conditions of a study as `findConditions` and stores the missing ones. Called only when a study is run. */
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

interface IdRange {
  from: number
  to: number
}

const planned = <Id>(
  conditions: readonly Condition[],
  source: ImageSource,
  ranges: readonly IdRange[],
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

/**
 * Returns the first and the last image id of each group of `size` images in order; all ids where there are no groups.
 */
function rangesOf(db: Db, source: ImageSource, size: number | null): IdRange[] {
  if (size === null) return [{ from: 0, to: Number.MAX_SAFE_INTEGER }]
  const images = imagesOf(source)
  return db
    .prepare<SqlValue[], IdRange>(
      `SELECT min(id) AS "from", max(id) AS "to" FROM (
         SELECT i.id, (row_number() OVER (ORDER BY i.id) - 1) / CAST(? AS INTEGER) AS run FROM ${sqlOf(images)}
       ) GROUP BY run ORDER BY run`,
    )
    .all(size, ...images.values)
}

/**
 * Finds the part of a condition that an image belongs to. Parts are in ascending order and do not overlap.
 *
 * @throws Error where no part has the image
 */
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
