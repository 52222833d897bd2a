import type { ErrorShape } from '#shared/errors.ts'
import { canonicalJson } from '#shared/canonical.ts'
import { FactBatch, factWriter, type Db } from '../workspace/index.ts'
import { marksOf } from './cellMarks.ts'
import { conditionStore } from './conditions.ts'
import { toStored, type Prediction } from './prediction.ts'
import type { FactKey } from './store.ts'
import type { VariantKey } from './variants.ts'

/** A key of facts of any runtime. */
type BundledKey = Omit<VariantKey, 'runtime'> & { runtime: Record<keyof VariantKey['runtime'], string> }

/** Predictions that are stored at a time. */
const atOnce = 2 ** 14

/**
 * Stores facts that were measured elsewhere, in a workspace of their own. Nothing that is there already is replaced; each
 * function says whether what it was given is new.
 */
export function factRestorer(db: Db) {
  const values = db.prepare(
    `INSERT OR IGNORE INTO measurement (variant_id, condition_id, example_id, value, digest_of_row)
     VALUES (@variantId, @conditionId, @exampleId, @value, row_digest(@variantId, @conditionId, @exampleId, @value))`,
  )
  const failures = db.prepare(
    `INSERT OR IGNORE INTO failure (variant_id, condition_id, example_id, problem)
     VALUES (@variantId, @conditionId, @exampleId, @problem)`,
  )
  const reader = marksOf(db)
  const write = factWriter(db)
  const batch = new FactBatch()
  const waiting = new Set<string>()
  const flush = () => {
    write(batch)
    batch.clear()
    waiting.clear()
  }
  const insertVariant = db
    .prepare<[string, string], number>(
      `INSERT INTO variant (model_digest, key, used_at) VALUES (?, ?, 0)
       ON CONFLICT (key) DO UPDATE SET used_at = used_at RETURNING id`,
    )
    .pluck()
  return {
    /** Stores a variant and returns its id. Unlike `internVariant` it takes runtimes that are not of this version. */
    variant(key: BundledKey): number {
      const id = insertVariant.get(key.model, canonicalJson(key))
      if (id === undefined) throw new Error('variant was not stored')
      return id
    },
    condition: conditionStore(db),
    /** Call it in a transaction. What is added is stored at the latest by `flush`. */
    prediction(key: FactKey, prediction: Prediction): boolean {
      const name = `${key.variantId} ${key.conditionId} ${key.exampleId}`
      const { first, bytes } = reader.of(key)
      if (waiting.has(name) || (bytes[key.exampleId - first] ?? 0) > 0) return false
      const before = batch.length
      batch.add(key, toStored(prediction))
      if (batch.length === before) return false
      waiting.add(name)
      if (batch.length >= atOnce) flush()
      return true
    },
    flush,
    /** @param value a vector as float64, little-endian, or bytes such as those of a picture */
    value: (key: FactKey, value: Buffer): boolean => values.run({ ...key, value }).changes > 0,
    failure: (key: FactKey, problem: ErrorShape): boolean =>
      failures.run({ ...key, problem: JSON.stringify(problem) }).changes > 0,
  }
}
