import type { ErrorShape } from '#shared/errors.ts'
import type { Facts } from '../inference/index.ts'
import type { Db } from '../workspace/index.ts'
import { packTop } from './prediction.ts'

/** One image under one condition on one variant of a model: what is measured at a time. */
export interface FactKey {
  variantId: number
  conditionId: number
  exampleId: number
}

export interface FactStore {
  /** Examples among `exampleIds` that have a fact. */
  known(variantId: number, conditionId: number, exampleIds: readonly number[]): Set<number>
  /** Stores row `row` of `facts` for each key; one transaction. */
  store(keys: readonly (FactKey | null)[], facts: Facts): void
  fail(key: FactKey, problem: ErrorShape): void
}

/** Writing a fact again changes nothing but takes away an earlier failure. */
export function factStore(db: Db): FactStore {
  const known = db
    .prepare<[number, number, string], number>(
      'SELECT example_id FROM prediction WHERE variant_id = ? AND condition_id = ? AND example_id IN (SELECT value FROM json_each(?))',
    )
    .pluck()
  const insert = db.prepare(
    `INSERT OR IGNORE INTO prediction
       (variant_id, condition_id, example_id, predicted, correct, true_rank, confidence, true_probability, true_logit, top)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const forgive = db.prepare(
    'DELETE FROM failure WHERE variant_id = ? AND condition_id = ? AND example_id = ?',
  )
  // Almost always there is none, and a look is cheaper than a deletion for every fact.
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
        const correct = facts.correct[row] ?? -1
        const known = (facts.trueRank[row] ?? 0) > 0
        insert.run(
          key.variantId,
          key.conditionId,
          key.exampleId,
          facts.predicted[row],
          correct < 0 ? null : correct,
          known ? facts.trueRank[row] : null,
          facts.confidence[row],
          known ? facts.trueProbability[row] : null,
          known ? facts.trueLogit[row] : null,
          packTop(facts, row),
        )
        if (forgives) forgive.run(key.variantId, key.conditionId, key.exampleId)
      }
    }),
    fail: (key, problem) =>
      void fail.run(key.variantId, key.conditionId, key.exampleId, JSON.stringify(problem)),
  }
}
