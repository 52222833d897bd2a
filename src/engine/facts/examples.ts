import {
  checkedPack,
  eachRecord,
  packRows,
  readRecord,
  slotsOf,
  type Db,
  type StoredFact,
} from '../workspace/index.ts'
import { marksOf } from './cellMarks.ts'
import type { FactsOf } from './join.ts'

/**
 * Yields the predictions of the examples from id `first` to id `last`, both included, with the ids of their examples, pack by pack.
 *
 * @throws WORKSPACE_CORRUPT where a prediction is not as it was stored
 */
export function* exampleFacts(
  db: Db,
  { variantId, conditionId }: FactsOf,
  { first, last }: { first: number; last: number },
): Generator<[example: number, fact: StoredFact][]> {
  if (variantId === null || conditionId === null) return
  for (const row of packRows(db, [variantId, conditionId])) {
    const slots = slotsOf(db)
    const pack = checkedPack(row)
    const found: [number, StoredFact][] = []
    eachRecord(pack, row.block, (slot, start) => {
      const example = slots.exampleOf(slot)
      if (example >= first && example <= last) found.push([example, readRecord(pack.bytes, start)])
    })
    if (found.length > 0) yield found
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

/** Lists the examples of a workspace with what names each of them in every workspace: digest of the image and class. */
export const exampleKeys = (db: Db): { id: number; key: string }[] =>
  db
    .prepare<[], { id: number; key: string }>(`SELECT id, hex(digest) || ' ' || class AS key FROM example`)
    .all()
