import type { ErrorShape } from '#shared/errors.ts'
import type { Facts } from '../inference/index.ts'
import { FactBatch, factWriter, type Db, type FactKey } from '../workspace/index.ts'
import { marksOf } from './cellMarks.ts'
import { storedOfRow } from './prediction.ts'

export type { FactKey }

/** Stores facts and failures. */
export interface FactStore {
  /** Returns the examples among `exampleIds` that have a fact. */
  known(variantId: number, conditionId: number, exampleIds: readonly number[]): Set<number>
  /**
   * Stores the n-th row of `facts` under the n-th key, in one transaction. Rows whose key is null are left out.
   *
   * @throws WORKSPACE_CORRUPT where predictions beside them are not as they were stored
   */
  store(keys: readonly (FactKey | null)[], facts: Facts): void
  /** Stores why an example could not be measured. */
  fail(key: FactKey, problem: ErrorShape): void
}

/** Opens the store of facts. Storing a fact again does not change it, and removes an earlier failure. */
export function factStore(db: Db): FactStore {
  const reader = marksOf(db)
  const write = batchStore(db)
  const fail = db.prepare(
    'INSERT OR REPLACE INTO failure (variant_id, condition_id, example_id, problem) VALUES (?, ?, ?, ?)',
  )
  const batch = new FactBatch()
  return {
    known(variantId, conditionId, exampleIds) {
      const { first, bytes } = reader.of({ variantId, conditionId })
      return new Set(exampleIds.filter((id) => id >= first && (bytes[id - first] ?? 0) > 0))
    },
    store(keys, facts) {
      addRows(batch, keys, facts)
      try {
        write(batch)
      } finally {
        batch.clear()
      }
    },
    fail: (key, problem) =>
      void fail.run(key.variantId, key.conditionId, key.exampleId, JSON.stringify(problem)),
  }
}

/** Adds the n-th row of `facts` to a batch under the n-th key. Rows whose key is null are left out. */
export function addRows(batch: FactBatch, keys: readonly (FactKey | null)[], facts: Facts): void {
  for (const [row, key] of keys.entries()) if (key) batch.add(key, storedOfRow(facts, row))
}

/**
 * Returns a function that stores a batch of predictions in one transaction, and removes earlier failures. It returns how many are
 * new.
 */
export function batchStore(db: Db): (batch: FactBatch) => number {
  const write = factWriter(db)
  const forgive = db.prepare(
    'DELETE FROM failure WHERE variant_id = ? AND condition_id = ? AND example_id = ?',
  )
  // There is almost never a failure, and this query is cheaper than a deletion for every fact.
  const anyFailure = db.prepare('SELECT 1 FROM failure LIMIT 1').pluck()
  return db.transaction((batch: FactBatch) => {
    const forgives = anyFailure.get() !== undefined
    const added = write(batch).length
    if (forgives)
      for (const { variantId, conditionId, exampleId } of batch.keys)
        forgive.run(variantId, conditionId, exampleId)
    return added
  })
}
