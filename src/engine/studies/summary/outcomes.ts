import type { StudyCondition } from '#shared/contract/index.ts'
import type { Db } from '../../workspace/index.ts'
import { imagesInOrder, imagesOf, type SqlValue, type StoredCondition, unpackTop } from '../../facts/index.ts'
import { pictureName } from '../store/selection.ts'
import type { Grid, GridModel } from '../definition/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/** A stored condition of a model by its key, with the variant of its facts; null before it was measured. */
export function measured(
  model: GridModel,
  key: string,
): { stored: StoredCondition; variantId: number } | null {
  const stored = model.conditions.find(({ condition }) => condition.key === key)
  const variantId = stored ? model.variantOf(stored) : null
  return stored && variantId !== null ? { stored, variantId } : null
}

export const cellOf = (grid: Grid, modelId: number, key: string): StudyCondition | null =>
  grid.cells.find((cell) => cell.modelId === modelId && cell.key === key) ?? null

/** What a model said of one image. */
export interface Outcome {
  imageId: number
  name: string
  /** Name of the picture, the same in every part of its dataset. */
  picture: string
  subjectId: number
  /** null where nothing is right or wrong. */
  correct: boolean | null
  predicted: number
  /** Largest probability; 0 where the outputs were not finite. */
  confidence: number
  finite: boolean
}

interface Row {
  id: number
  name: string
  subject_id: number
  correct: number | null
  predicted: number
  confidence: number
  finite: number
}

/** The facts of an ungrouped condition, in order of image id. */
export function outcomes(db: Db, model: GridModel, key: string): Outcome[] {
  const found = measured(model, key)
  const conditionId = found?.stored.parts[0]?.conditionId
  if (!found || conditionId === undefined) return []
  const { sql, values } = imagesOf(found.stored.source)
  return db
    .prepare<SqlValue[], Row>(
      `SELECT i.id, i.name, i.subject_id, p.correct, p.predicted, p.confidence, length(p.top) > 0 AS finite
       FROM ${joined(sql)} ORDER BY i.id`,
    )
    .all(found.variantId, conditionId, ...values)
    .map((row) => ({
      imageId: row.id,
      name: row.name,
      picture: pictureName(row.name, false),
      subjectId: row.subject_id,
      correct: row.correct === null ? null : row.correct === 1,
      predicted: row.predicted,
      confidence: row.confidence,
      finite: row.finite === 1,
    }))
}

export interface Surest {
  imageId: number
  name: string
  className: string
  predicted: number
  confidence: number
}

/** The images of an ungrouped condition with the highest confidence: those that are wrong, or that nothing is said of. */
export function surest(
  db: Db,
  model: GridModel,
  key: string,
  which: 'wrong' | 'unknown',
  limit: number,
): Surest[] {
  const found = measured(model, key)
  const conditionId = found?.stored.parts[0]?.conditionId
  if (!found || conditionId === undefined) return []
  const { sql, values } = imagesOf(found.stored.source)
  return db
    .prepare<SqlValue[], Surest>(
      `SELECT i.id AS imageId, i.name, p.predicted, p.confidence,
         (SELECT c.name FROM class c WHERE c.dataset_id = i.dataset_id AND c.idx = i.class_idx) AS className
       FROM ${joined(sql)} AND p.correct IS ${which === 'wrong' ? '0' : 'NULL'} AND length(p.top) > 0
       ORDER BY p.confidence DESC, i.id LIMIT ?`,
    )
    .all(found.variantId, conditionId, ...values, limit)
}

/** Mean confidence of an ungrouped condition, class by class. */
export function meanConfidences(
  db: Db,
  model: GridModel,
  key: string,
): { className: string; n: number; confidence: number }[] {
  const found = measured(model, key)
  const conditionId = found?.stored.parts[0]?.conditionId
  if (!found || conditionId === undefined) return []
  const { sql, values } = imagesOf(found.stored.source)
  return db
    .prepare<SqlValue[], { className: string; n: number; confidence: number }>(
      `SELECT (SELECT c.name FROM class c WHERE c.dataset_id = i.dataset_id AND c.idx = i.class_idx) AS className,
         count(*) AS n, avg(p.confidence) AS confidence
       FROM ${joined(sql)} AND length(p.top) > 0 GROUP BY i.class_idx ORDER BY i.class_idx`,
    )
    .all(found.variantId, conditionId, ...values)
}

/** Images read at a time. */
const chunk = 5000

export interface Verdict {
  imageId: number
  picture: string
  /** false where nothing is right or wrong. */
  judged: boolean
  correct: boolean
  confidence: number
  finite: boolean
}

/** Which images of an ungrouped condition were right, a few thousand at a time, so that other work can go on between. */
export async function* verdicts(db: Db, model: GridModel, key: string): AsyncGenerator<Verdict[]> {
  const found = measured(model, key)
  const conditionId = found?.stored.parts[0]?.conditionId
  if (!found || conditionId === undefined) return
  const { sql, values, id, before } = imagesInOrder(db, found.stored.source)
  const select = db.prepare<SqlValue[], Pick<Row, 'id' | 'name' | 'correct' | 'confidence' | 'finite'>>(
    `SELECT i.id, i.name, p.correct, p.confidence, length(p.top) > 0 AS finite FROM ${joined(sql)} AND ${id} > ? ORDER BY ${id} LIMIT ?`,
  )
  for (let after = before; ;) {
    const rows = select.all(found.variantId, conditionId, ...values, after, chunk)
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.id
    yield rows.map(({ id, name, correct, confidence, finite }) => ({
      imageId: id,
      picture: pictureName(name, false),
      judged: correct !== null,
      correct: correct === 1,
      confidence,
      finite: finite === 1,
    }))
    await nextTurn()
  }
}

/** The five likeliest classes of an image under a condition, best first. */
export interface Ranked {
  imageId: number
  name: string
  className: string
  subjectId: number
  top: number[]
}

/** As `outcomes`, but with the five likeliest classes. */
export function rankings(db: Db, model: GridModel, key: string): Ranked[] {
  const found = measured(model, key)
  const conditionId = found?.stored.parts[0]?.conditionId
  if (!found || conditionId === undefined) return []
  const { sql, values } = imagesOf(found.stored.source)
  return db
    .prepare<SqlValue[], Omit<Ranked, 'top'> & { top: Buffer }>(
      `SELECT i.id AS imageId, i.name, i.subject_id AS subjectId, p.top,
         (SELECT c.name FROM class c WHERE c.dataset_id = i.dataset_id AND c.idx = i.class_idx) AS className
       FROM ${joined(sql)} ORDER BY i.id`,
    )
    .all(found.variantId, conditionId, ...values)
    .map(({ top, ...row }) => ({
      ...row,
      top: unpackTop(top).map(({ classIndex }) => classIndex),
    }))
}

const joined = (images: string) =>
  images.replace(
    ' WHERE ',
    ' JOIN prediction p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id WHERE ',
  )
