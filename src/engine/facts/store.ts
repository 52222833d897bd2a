import type { ErrorShape } from '#shared/errors.ts'
import type { Facts } from '../inference/index.ts'
import { changeWriter, packChanges, rowDigest, type Db, type FactChange } from '../workspace/index.ts'
import { marksOf } from './cellMarks.ts'
import { markOfRow, storedColumns, storedValues } from './prediction.ts'

/** Key of a fact: a variant, a condition and an example. */
export interface FactKey {
  variantId: number
  conditionId: number
  exampleId: number
}

/** Stores facts and failures. */
export interface FactStore {
  /** Returns the examples among `exampleIds` that have a fact. */
  known(variantId: number, conditionId: number, exampleIds: readonly number[]): Set<number>
  /** Stores the n-th row of `facts` under the n-th key, in one transaction. Rows whose key is null are left out. */
  store(keys: readonly (FactKey | null)[], facts: Facts): void
  /** Stores why an example could not be measured. */
  fail(key: FactKey, problem: ErrorShape): void
}

/** Opens the store of facts. Storing a fact again does not change it, and removes an earlier failure. */
export function factStore(db: Db): FactStore {
  const reader = marksOf(db)
  const insert = db.prepare(
    `INSERT OR IGNORE INTO prediction
       (variant_id, condition_id, example_id, ${storedColumns.join(', ')}, digest_of_row)
     VALUES (?, ?, ?, ${storedColumns.map(() => '?').join(', ')}, ?)`,
  )
  const forgive = db.prepare(
    'DELETE FROM failure WHERE variant_id = ? AND condition_id = ? AND example_id = ?',
  )
  // There is almost never a failure, and this query is cheaper than a deletion for every fact.
  const anyFailure = db.prepare('SELECT 1 FROM failure LIMIT 1').pluck()
  const fail = db.prepare(
    'INSERT OR REPLACE INTO failure (variant_id, condition_id, example_id, problem) VALUES (?, ?, ?, ?)',
  )
  const append = changeWriter(db)
  return {
    known(variantId, conditionId, exampleIds) {
      const { first, bytes } = reader.of({ variantId, conditionId })
      return new Set(exampleIds.filter((id) => id >= first && (bytes[id - first] ?? 0) > 0))
    },
    store: db.transaction((keys: readonly (FactKey | null)[], facts: Facts) => {
      const forgives = anyFailure.get() !== undefined
      const added: FactChange[] = []
      for (const [row, key] of keys.entries()) {
        if (!key) continue
        const { variantId, conditionId, exampleId } = key
        const values = [variantId, conditionId, exampleId, ...storedValues(facts, row)]
        if (insert.run(...values, rowDigest(values)).changes > 0)
          added.push({ variantId, conditionId, exampleId, mark: markOfRow(facts, row) })
        if (forgives) forgive.run(variantId, conditionId, exampleId)
      }
      if (added.length > 0) append(added.length, packChanges(added))
    }),
    fail: (key, problem) =>
      void fail.run(key.variantId, key.conditionId, key.exampleId, JSON.stringify(problem)),
  }
}
