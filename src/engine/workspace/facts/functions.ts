import type Database from 'better-sqlite3'
import { packChanges } from './changes.ts'
import { blockSize, markOf, packBlock } from './marks.ts'

/**
 * Lets a connection use in SQL and in triggers:
 *
 * - `fact_mark(correct, true_rank, length(top), confidence)`: the mark of a fact,
 * - `fact_changes(variant, condition, example, mark, …)`: changes, packed,
 * - `fact_marks(place, mark)`: an aggregate, the packed block of marks by their places.
 */
export function addFactFunctions(db: Database.Database): void {
  db.function(
    'fact_mark',
    { deterministic: true },
    (correct: unknown, trueRank: unknown, topBytes: unknown, confidence: unknown) =>
      markOf(
        correct === null ? null : Number(correct),
        trueRank === null ? null : Number(trueRank),
        Number(topBytes),
        Number(confidence),
      ),
  )
  db.function('fact_changes', { varargs: true, deterministic: true }, (...values: unknown[]) =>
    packChanges(
      Array.from({ length: values.length / 4 }, (_, at) => {
        const [variantId = 0, conditionId = 0, exampleId = 0, mark = 0] = values
          .slice(4 * at, 4 * at + 4)
          .map(Number)
        return { variantId, conditionId, exampleId, mark }
      }),
    ),
  )
  db.aggregate<Uint8Array>('fact_marks', {
    varargs: true,
    start: () => new Uint8Array(blockSize),
    step(block: Uint8Array, ...[place, mark]: unknown[]) {
      block[Number(place)] = Number(mark)
    },
    result: packBlock,
  })
}
