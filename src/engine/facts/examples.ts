import type { Db } from '../workspace/index.ts'
import { marksOf } from './cellMarks.ts'
import type { FactsOf } from './join.ts'

/** A prediction as a database row. Reading a million of them makes no objects. */
export type FactTuple = [
  example: number,
  predicted: number,
  correct: number | null,
  rank: number | null,
  confidence: number,
  trueProbability: number | null,
  /** Packed; `unpackTop` and `secondProbability` read it. */
  top: Buffer,
]

/**
 * Yields the predictions of the examples from id `first` to id `last`, both included, `size` at a time, in order of id.
 */
export function* exampleFacts(
  db: Db,
  { variantId, conditionId }: FactsOf,
  { first, last }: { first: number; last: number },
  size: number,
): Generator<FactTuple[]> {
  const select = db
    .prepare<(number | null)[], FactTuple>(
      `SELECT example_id, predicted, correct, true_rank, confidence,
         coalesce(true_probability, iif(true_rank = 1, confidence, NULL)), top FROM prediction
       WHERE variant_id = ? AND condition_id = ? AND example_id > ? AND example_id <= ? ORDER BY example_id LIMIT ?`,
    )
    .raw()
  for (let after = first - 1; ;) {
    const rows = select.all(variantId, conditionId, after, last, size)
    yield rows
    if (rows.length < size) return
    after = rows.at(-1)?.[0] ?? after
  }
}

/** Returns a number that grows with every change of these facts; 0 where there were never any. */
export const factVersion = (db: Db, of: FactsOf): number => marksOf(db).version(of)

/** Returns a function that lists the conditions under which a variant has predictions on images of a dataset. */
export function conditionsMeasured(db: Db, datasetId: number): (variantId: number) => number[] {
  const { first = null, last = null } =
    db
      .prepare<[number], { first: number | null; last: number | null }>(
        'SELECT min(example_id) AS "first", max(example_id) AS "last" FROM image WHERE dataset_id = ?',
      )
      .get(datasetId) ?? {}
  if (first === null || last === null) return () => []
  const reader = marksOf(db)
  return (variantId) =>
    reader.conditionsOf(variantId).filter((conditionId) => {
      const cell = reader.of({ variantId, conditionId })
      // Indexing numbers the examples of a dataset in one range.
      const own = cell.bytes.subarray(Math.max(0, first - cell.first), Math.max(0, last + 1 - cell.first))
      return own.some((mark) => mark > 0)
    })
}
