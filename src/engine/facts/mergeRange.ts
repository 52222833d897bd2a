import type { MergePart } from '#shared/contract/index.ts'
import type { Db } from '../workspace/index.ts'
import { marksOf } from './cellMarks.ts'
import type { FactKey } from './store.ts'

/** Facts of the attached database: examples after one, up to `last`. */
export interface MergedRange {
  variant: number
  condition: number
  after: number
  last: number
}

/** The pairs of variant and condition that have rows in the attached database, found by their key without reading the rows. */
export function* cellsOf(db: Db, table: string): Generator<[number, number]> {
  const next = db
    .prepare<[number, number], [number, number]>(
      `SELECT variant_id, condition_id FROM other.${table} WHERE (variant_id, condition_id) > (?, ?)
       ORDER BY variant_id, condition_id LIMIT 1`,
    )
    .raw()
  for (let pair = next.get(0, 0); pair; pair = next.get(...pair)) yield pair
}

/** Returns a function that says whether the open workspace has a prediction or a measurement. */
export function hasFact(db: Db): (key: FactKey) => boolean {
  const reader = marksOf(db)
  const measurement = db
    .prepare<[number, number, number], number>(
      'SELECT 1 FROM main.measurement WHERE variant_id = ? AND condition_id = ? AND example_id = ?',
    )
    .pluck()
  return ({ variantId, conditionId, exampleId }) => {
    const { first, bytes } = reader.of({ variantId, conditionId })
    return (bytes[exampleId - first] ?? 0) > 0 || measurement.get(variantId, conditionId, exampleId) === 1
  }
}

/** What is said of facts that are left out; nothing where there are none. */
export const leftOut = (part: string, damaged: number): MergePart['remarks'] =>
  damaged === 0
    ? []
    : [
        {
          title: `${damaged} ${part}`,
          message: 'they are not what was stored: a byte of them has changed',
          leftOut: true,
          count: damaged,
        },
      ]
