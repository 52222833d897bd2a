import { KernelscopeError } from '#shared/errors.ts'
import { canonicalStimulus, stimulus as schema, type Stimulus } from '#shared/stimulus.ts'
import type { Setting } from './variants.ts'
import type { Db } from '../workspace/index.ts'
import type { Condition } from './condition.ts'
import { imagesOf, type ImageSource, type SqlValue } from './images.ts'

/** Stores conditions and finds those that are stored; what is there already is only read. */
function conditionStore(db: Db): (transform: Stimulus) => number {
  const find = db.prepare<[string], number>('SELECT id FROM condition WHERE transform = ?').pluck()
  const insert = db
    .prepare<[string], number>(
      'INSERT INTO condition (transform) VALUES (?) ON CONFLICT DO UPDATE SET transform = transform RETURNING id',
    )
    .pluck()
  return (transform) => {
    const text = canonicalStimulus(transform)
    const id = find.get(text) ?? insert.get(text)
    if (id === undefined) throw new Error('condition was not stored')
    return id
  }
}

/** The stored condition of a transform, new where needed. */
export const internCondition = (db: Db, transform: Stimulus): number => conditionStore(db)(transform)

/** The condition of images as they are. */
export const cleanCondition = (db: Db): number => internCondition(db, { op: 'identity' })

/** The transform of a stored condition. Errors: STUDY_NOT_FOUND where there is none. */
export function conditionTransform(db: Db, id: number): Stimulus {
  const text = db.prepare<[number], string>('SELECT transform FROM condition WHERE id = ?').pluck().get(id)
  if (text === undefined)
    throw new KernelscopeError('STUDY_NOT_FOUND', `no condition with id ${id}`, {
      hint: 'See "dataset conditions" for the stored ones.',
    })
  return schema.parse(JSON.parse(text))
}

/** A stored condition and the images (first to last id) it is meant for. */
export interface ConditionPart {
  conditionId: number
  transform: Stimulus
  from: number
  to: number
}

/** One column of the grid with what is stored behind it: several parts where transforms are drawn per group. */
export interface StoredCondition {
  condition: Condition
  parts: ConditionPart[]
  /** The images it is about. */
  source: ImageSource
}

/** What a condition changes in how the model is used. */
export const settingOf = ({ condition: { preprocessing, readout } }: StoredCondition): Setting => ({
  ...(preprocessing ? { preprocessing } : {}),
  ...(readout ? { readout } : {}),
})

/** Interns the conditions of a study over its images. */
export function storeConditions(
  db: Db,
  conditions: Condition[],
  source: ImageSource,
  groupSize: number | null,
): StoredCondition[] {
  const ranges =
    groupSize === null ? [{ from: 0, to: Number.MAX_SAFE_INTEGER }] : groupRanges(db, source, groupSize)
  const intern = conditionStore(db)
  return db.transaction(() =>
    conditions.map((condition) => ({
      condition,
      source: { ...source, ...condition.images },
      parts: ranges.map((range, group) => {
        const transform = condition.transform(group)
        return { conditionId: intern(transform), transform, ...range }
      }),
    })),
  )()
}

/** First and last image id of each run of `size` images in order. */
function groupRanges(db: Db, source: ImageSource, size: number): { from: number; to: number }[] {
  const { sql, values } = imagesOf(source)
  return db
    .prepare<SqlValue[], { from: number; to: number }>(
      `SELECT min(id) AS "from", max(id) AS "to" FROM (
         SELECT i.id, (row_number() OVER (ORDER BY i.id) - 1) / CAST(? AS INTEGER) AS run FROM ${sql}
       ) GROUP BY run ORDER BY run`,
    )
    .all(size, ...values)
}

/** The part of a condition that holds for an image; parts are in ascending order and do not overlap. */
export function partFor({ condition, parts }: StoredCondition, imageId: number): ConditionPart {
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
