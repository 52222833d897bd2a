import type { ErrorShape } from '#shared/errors.ts'
import { canonicalJson } from '#shared/canonical.ts'
import { changeWriter, marks, packChanges, type Db } from '../workspace/index.ts'
import { conditionStore } from './conditions.ts'
import { storedColumns, toRow, type Prediction } from './prediction.ts'
import type { FactKey } from './store.ts'
import type { VariantKey } from './variants.ts'

/** A key of facts of any runtime. */
type BundledKey = Omit<VariantKey, 'runtime'> & { runtime: Record<keyof VariantKey['runtime'], string> }

/**
 * Stores facts that were measured elsewhere, in a workspace of their own. Nothing that is there already is replaced; each
 * function says whether what it was given is new.
 */
export function factRestorer(db: Db) {
  const insert = (table: string, columns: readonly string[], digested = true) => {
    const values = ['variantId', 'conditionId', 'exampleId', ...columns].map((name) => `@${name}`).join(', ')
    return db.prepare(
      `INSERT OR IGNORE INTO ${table} (variant_id, condition_id, example_id, ${columns.join(', ')}${digested ? ', digest_of_row' : ''})
       VALUES (${values}${digested ? `, row_digest(${values})` : ''})`,
    )
  }
  const predictions = insert('prediction', storedColumns)
  const values = insert('measurement', ['value'])
  const failures = insert('failure', ['problem'], false)
  const append = changeWriter(db)
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
    /** Call it in a transaction. */
    prediction(key: FactKey, prediction: Prediction): boolean {
      const row = toRow(prediction)
      if (predictions.run({ ...key, ...row }).changes === 0) return false
      const mark = marks.markOf(row.correct, row.true_rank, row.top.length, row.confidence)
      append(1, packChanges([{ ...key, mark }]))
      return true
    },
    /** @param value a vector as float64, little-endian, or bytes such as those of a picture */
    value: (key: FactKey, value: Buffer): boolean => values.run({ ...key, value }).changes > 0,
    failure: (key: FactKey, problem: ErrorShape): boolean =>
      failures.run({ ...key, problem: JSON.stringify(problem) }).changes > 0,
  }
}
