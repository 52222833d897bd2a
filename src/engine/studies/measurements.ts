import type { Rewrite } from '#shared/rewrites.ts'
import { currentVariants, internVariant, variantKey, type StoredModel } from '../models/index.ts'
import type { Db } from '../workspace/index.ts'
import { cleanCondition } from './conditions.ts'

/** What a model's inner values, or anything else that is no prediction, are kept under. */
export interface MeasurementKey {
  model: StoredModel
  provider: Parameters<typeof variantKey>[1]
  rewrite: Rewrite
}

/** Keeps bytes of one image, where none are kept yet. */
export function measurementStore(db: Db, { model, provider, rewrite }: MeasurementKey) {
  const variantId = internVariant(db, variantKey(model, provider, rewrite)).id
  const conditionId = cleanCondition(db)
  const insert = db.prepare(
    'INSERT OR IGNORE INTO measurement (variant_id, condition_id, subject_id, value) VALUES (?, ?, ?, ?)',
  )
  const keep = (subjectId: number, bytes: Uint8Array) =>
    void insert.run(variantId, conditionId, subjectId, Buffer.from(bytes))
  return {
    keep,
    keepVector(subjectId: number, vector: ArrayLike<number>) {
      keep(subjectId, new Uint8Array(Float64Array.from(vector).buffer))
    },
  }
}

/** Bytes by subject, from whichever runtime measured them last. */
export function storedBytes(db: Db, model: StoredModel, rewrite: Rewrite): Map<number, Buffer> {
  const variant = currentVariants(db, model)(rewrite)
  if (!variant) return new Map()
  const rows = db
    .prepare<[number, number], { subject_id: number; value: Buffer }>(
      'SELECT subject_id, value FROM measurement WHERE variant_id = ? AND condition_id = ?',
    )
    .all(variant.id, cleanCondition(db))
  return new Map(rows.map(({ subject_id, value }) => [subject_id, value]))
}

/** Vectors of float64 by subject, as `storedBytes`. */
export const storedVectors = (db: Db, model: StoredModel, rewrite: Rewrite): Map<number, Float64Array> =>
  new Map(
    [...storedBytes(db, model, rewrite)].map(([subject, { buffer, byteOffset, length }]) => [
      subject,
      new Float64Array(buffer.slice(byteOffset, byteOffset + length)),
    ]),
  )
