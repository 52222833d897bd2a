import type { Db } from '../workspace/index.ts'
import type { FactsOf } from './join.ts'
import type { ExampleRun } from './runs.ts'

/** Sums of facts. `judged`: those that are right or wrong; `correct5`: the true class is among the five likeliest. */
export interface FactSums {
  facts: number
  judged: number
  correct: number
  correct5: number
}

export const noFacts: FactSums = { facts: 0, judged: 0, correct: 0, correct5: 0 }

/** Bits of an example id within its block (migration 005). */
const bits = 8
const blockOf = (id: number) => id >> bits

const columns =
  'coalesce(sum(facts), 0) AS facts, coalesce(sum(judged), 0) AS judged, coalesce(sum(correct), 0) AS correct, coalesce(sum(correct5), 0) AS correct5'

/**
 * Returns a function that sums up the facts of the examples in runs. It reads the kept sums of whole blocks, and facts only
 * at the two ends of a run.
 */
export function factSums(db: Db): (of: FactsOf, runs: readonly ExampleRun[]) => FactSums {
  const blocks = db.prepare<(number | null)[], FactSums>(
    `SELECT ${columns} FROM fact_sum WHERE variant_id = ? AND condition_id = ? AND block BETWEEN ? AND ?`,
  )
  const facts = db.prepare<(number | null)[], FactSums>(
    `SELECT count(*) AS facts, count(correct) AS judged, coalesce(sum(correct), 0) AS correct, coalesce(sum(true_rank <= 5), 0) AS correct5
     FROM prediction WHERE variant_id = ? AND condition_id = ? AND example_id BETWEEN ? AND ?`,
  )
  return ({ variantId, conditionId }, runs) => {
    const total = { ...noFacts }
    const add = (found: FactSums | undefined) => {
      total.facts += found?.facts ?? 0
      total.judged += found?.judged ?? 0
      total.correct += found?.correct ?? 0
      total.correct5 += found?.correct5 ?? 0
    }
    const part = (first: number, last: number) => {
      // Most blocks have no facts of most conditions, or none at all.
      if (first <= last && blocks.get(variantId, conditionId, blockOf(first), blockOf(last))?.facts)
        add(facts.get(variantId, conditionId, first, last))
    }
    for (const { first, last } of runs) {
      const [from, to] = [blockOf(first + (1 << bits) - 1), blockOf(last + 1) - 1]
      if (from > to) {
        part(first, last)
        continue
      }
      part(first, (from << bits) - 1)
      add(blocks.get(variantId, conditionId, from, to))
      part((to + 1) << bits, last)
    }
    return total
  }
}

/** Whether there are facts of a variant under a condition at all. */
export const hasFacts = (db: Db, { variantId, conditionId }: FactsOf): boolean =>
  db
    .prepare<(number | null)[], number>(
      'SELECT 1 FROM fact_sum WHERE variant_id = ? AND condition_id = ? AND facts > 0 LIMIT 1',
    )
    .pluck()
    .get(variantId, conditionId) !== undefined

/** Counts the predictions of a model file, under any condition and with any preprocessing. */
export const countFactsOfModel = (db: Db, modelDigest: string): number =>
  db
    .prepare<[string], number>(
      'SELECT coalesce(sum(facts), 0) FROM fact_sum WHERE variant_id IN (SELECT id FROM variant WHERE model_digest = ?)',
    )
    .pluck()
    .get(modelDigest) ?? 0
