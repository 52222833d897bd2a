import type { MergePart } from '#shared/contract/index.ts'
import { countPredictions, type Db } from '../workspace/index.ts'
import { mergePredictions } from './mergePredictions.ts'
import { cellsOf, hasFact, leftOut, type MergedRange } from './mergeRange.ts'

/** Facts that are added in one step. */
const atOnce = 2000

/**
 * Adds the facts and failures of an attached database, `other`, by their keys' content, after `mergeKeys`. A fact that is there
 * already stays, one that is not what was stored there is left out, and a failure counts only where there is no fact.
 * Each step of the generator is to be a transaction; it yields how many facts were looked at since the last step.
 */
export function* mergeFacts(db: Db): Generator<number, MergePart[], undefined> {
  const predictions = yield* mergePredictions(db)
  const measurements = yield* mergeRows(db, 'measurement', (range) => {
    const damaged = countDamaged(db, range)
    return { damaged, added: addMeasurements(db, range) }
  })
  const failures = yield* mergeRows(db, 'failure', (range) => ({ damaged: 0, added: addFailures(db, range) }))
  return [predictions, measurements, failures]
}

/** How many facts and failures the attached database has. */
export const countMergeable = (db: Db): { predictions: number; measurements: number; failures: number } => ({
  predictions: countPredictions(db, 'other'),
  measurements: Number(db.prepare('SELECT count(*) FROM other.measurement').pluck().get()),
  failures: Number(db.prepare('SELECT count(*) FROM other.failure').pluck().get()),
})

/** Adds the rows of a table range by range. */
function* mergeRows(
  db: Db,
  table: 'measurement' | 'failure',
  add: (range: MergedRange) => { damaged: number; added: number },
): Generator<number, MergePart, undefined> {
  const examples = db
    .prepare<[number, number, number, number], number>(
      `SELECT example_id FROM other.${table} WHERE variant_id = ? AND condition_id = ? AND example_id > ?
       ORDER BY example_id LIMIT ?`,
    )
    .pluck()
  const name = `${table}s` as const
  const part: MergePart = { name, added: 0, there: 0, remarks: [] }
  let lost = 0
  for (const [variant, condition] of cellsOf(db, table))
    for (let after = -1; ;) {
      const found = examples.all(variant, condition, after, atOnce)
      const last = found.at(-1)
      if (last === undefined) break
      const { damaged, added } = add({ variant, condition, after, last })
      part.added += added
      part.there += found.length - added - damaged
      lost += damaged
      after = last
      yield found.length
    }
  return { ...part, remarks: leftOut(name, lost) }
}

const within = 'p.variant_id = ? AND p.condition_id = ? AND p.example_id > ? AND p.example_id <= ?'
const boundTo = ({ variant, condition, after, last }: MergedRange) => [variant, condition, after, last]
const keptThere = 'p.digest_of_row = row_digest(p.variant_id, p.condition_id, p.example_id, p.value)'
const joined = (table: string) => `FROM other.${table} p JOIN merged_variant v ON v.there = p.variant_id
    JOIN merged_condition c ON c.there = p.condition_id JOIN merged_example e ON e.there = p.example_id WHERE ${within}`

const countDamaged = (db: Db, range: MergedRange): number =>
  Number(
    db
      .prepare(`SELECT count(*) FROM other.measurement p WHERE ${within} AND NOT ${keptThere}`)
      .pluck()
      .get(...boundTo(range)),
  )

function addMeasurements(db: Db, range: MergedRange): number {
  const from = `${joined('measurement')} AND ${keptThere}`
  const { changes } = db
    .prepare(
      `INSERT OR IGNORE INTO main.measurement (variant_id, condition_id, example_id, value, digest_of_row)
       SELECT v.here, c.here, e.here, p.value, row_digest(v.here, c.here, e.here, p.value) ${from} ORDER BY e.here`,
    )
    .run(...boundTo(range))
  if (changes > 0 && db.prepare('SELECT 1 FROM main.failure LIMIT 1').get())
    db.prepare(
      `DELETE FROM main.failure WHERE (variant_id, condition_id, example_id) IN (SELECT v.here, c.here, e.here ${from})`,
    ).run(...boundTo(range))
  return changes
}

/** Adds failures of examples that have no fact here. */
function addFailures(db: Db, range: MergedRange): number {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO main.failure (variant_id, condition_id, example_id, problem) VALUES (?, ?, ?, ?)',
  )
  const isMeasured = hasFact(db)
  let added = 0
  for (const [variantId, conditionId, exampleId, problem] of db
    .prepare<number[], [number, number, number, string]>(
      `SELECT v.here, c.here, e.here, p.problem ${joined('failure')} ORDER BY e.here`,
    )
    .raw()
    .all(...boundTo(range)))
    if (!isMeasured({ variantId, conditionId, exampleId }))
      added += insert.run(variantId, conditionId, exampleId, problem).changes
  return added
}
