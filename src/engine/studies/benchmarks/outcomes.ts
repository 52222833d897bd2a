import type { StudyCondition } from '#shared/contract/index.ts'
import type { Db } from '../../workspace/index.ts'
import { unpackTop } from '../facts.ts'
import type { Grid, GridModel } from '../grid.ts'
import { imagesOf, pictureName, type SqlValue } from '../images.ts'
import type { StoredCondition } from '../conditions.ts'

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

/** The five likeliest classes of an image under a condition, best first. */
export interface Ranked {
  name: string
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
    .prepare<SqlValue[], { name: string; subject_id: number; top: Buffer }>(
      `SELECT i.name, i.subject_id, p.top FROM ${joined(sql)} ORDER BY i.id`,
    )
    .all(found.variantId, conditionId, ...values)
    .map(({ name, subject_id, top }) => ({
      name,
      subjectId: subject_id,
      top: unpackTop(top).map(({ classIndex }) => classIndex),
    }))
}

const joined = (images: string) =>
  images.replace(
    ' WHERE ',
    ' JOIN prediction p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id WHERE ',
  )

/** Lets other work of the engine go on between two large queries. */
export const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
