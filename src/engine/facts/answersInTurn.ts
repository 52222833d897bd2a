import { LruMap } from '../base/lruMap.ts'
import { marks, type Db } from '../workspace/index.ts'
import type { InTurn } from './balancedOrder.ts'
import { marksOf } from './cellMarks.ts'
import { hasFailures } from './failures.ts'
import { partFor, type PlannedCondition } from './plannedConditions.ts'

/** What is stored of an image under a condition; `neither`: the model does not know its class. */
export const answers = { wrong: 0, right: 1, failed: 2, neither: 3 } as const

/** Places that are read at a time. */
const page = 500

interface KeptAnswers {
  values: Uint8Array
  length: number
  failed: boolean
}

/** Answers that were read, by order. The facts of a cell only grow while it is measured, so reading goes on. */
const kept = new WeakMap<InTurn, LruMap<string, KeptAnswers>>()
/** Cells of one order. */
const mostCells = 2000

/**
 * Reads the answers of a variant under a condition in the order of a study, up to the first image that was not tried.
 *
 * @param measured images of the cell that have a prediction; with fewer than were read before, all is read again
 * @returns one of `answers` for each place
 */
export function answersInTurn(
  db: Db,
  turn: InTurn,
  variantId: number,
  stored: PlannedCondition,
  measured: number,
): Uint8Array {
  const cells = kept.get(turn) ?? new LruMap<string, KeptAnswers>(mostCells)
  kept.set(turn, cells)
  const key = JSON.stringify([variantId, stored.parts.map(({ conditionId }) => conditionId)])
  let own = cells.get(key)
  // A failure may have become a fact.
  if (!own || own.failed || own.length > measured)
    own = { values: new Uint8Array(turn.ids.length), length: 0, failed: false }
  cells.set(key, own)
  readOn(db, turn, variantId, stored, own)
  return own.values.subarray(0, own.length)
}

function readOn(
  db: Db,
  { ids }: InTurn,
  variantId: number,
  stored: PlannedCondition,
  own: KeptAnswers,
): void {
  const read = reader(db, variantId, stored)
  while (own.length < ids.length) {
    const wanted = ids.subarray(own.length, own.length + page)
    const found = read(wanted)
    for (const id of wanted) {
      const answer = found.get(id)
      if (answer === undefined) return
      own.values[own.length++] = answer
      own.failed ||= answer === answers.failed
    }
  }
}

function reader(db: Db, variantId: number, stored: PlannedCondition) {
  const marked = marksOf(db)
  const examples = db
    .prepare<[string], [number, number]>(
      'SELECT id, example_id FROM image WHERE example_id IS NOT NULL AND id IN (SELECT value FROM json_each(?))',
    )
    .raw()
  const failures = db
    .prepare<[number, number, string], number>(
      `SELECT i.id FROM image i JOIN failure p ON p.variant_id = ? AND p.condition_id = ? AND p.example_id = i.example_id
       WHERE i.id IN (SELECT value FROM json_each(?))`,
    )
    .pluck()
  return (ids: Float64Array): Map<number, number> => {
    const found = new Map<number, number>()
    for (const [{ conditionId }, own] of Map.groupBy(ids, (id) => partFor(stored, id))) {
      if (conditionId === null) continue
      const list = JSON.stringify(own)
      if (hasFailures(db, { variantId, conditionId }))
        for (const id of failures.all(variantId, conditionId, list)) found.set(id, answers.failed)
      const { first, bytes } = marked.of({ variantId, conditionId })
      for (const [id, example] of examples.all(list)) {
        const answer = ofVerdict[(bytes[example - first] ?? 0) & marks.verdictBits]
        if (answer !== undefined) found.set(id, answer)
      }
    }
    return found
  }
}

/** The answers by the verdict of a mark. */
const ofVerdict: Readonly<Record<number, number>> = {
  [marks.unjudgedVerdict]: answers.neither,
  [marks.wrongVerdict]: answers.wrong,
  [marks.rightVerdict]: answers.right,
}
