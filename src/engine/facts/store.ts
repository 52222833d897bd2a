import type { ErrorShape } from '#shared/errors.ts'
import type { Facts } from '../inference/index.ts'
import { rowDigest, type Db } from '../workspace/index.ts'
import { storedColumns, storedValues } from './prediction.ts'

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
  const known = db
    .prepare<[number, number, string], number>(
      'SELECT example_id FROM prediction WHERE variant_id = ? AND condition_id = ? AND example_id IN (SELECT value FROM json_each(?))',
    )
    .pluck()
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
  return {
    known: (variantId, conditionId, exampleIds) =>
      new Set(known.all(variantId, conditionId, JSON.stringify(exampleIds))),
    store: db.transaction((keys: readonly (FactKey | null)[], facts: Facts) => {
      const forgives = anyFailure.get() !== undefined
      for (const [row, key] of keys.entries()) {
        if (!key) continue
        const values = [key.variantId, key.conditionId, key.exampleId, ...storedValues(facts, row)]
        insert.run(...values, rowDigest(values))
        if (forgives) forgive.run(key.variantId, key.conditionId, key.exampleId)
      }
    }),
    fail: (key, problem) =>
      void fail.run(key.variantId, key.conditionId, key.exampleId, JSON.stringify(problem)),
  }
}
