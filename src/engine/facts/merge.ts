import type { MergePart } from '#shared/contract/index.ts'
import { changeWriter, countPredictions, packChanges, type Db, type FactChange } from '../workspace/index.ts'
import { storedColumns } from './prediction.ts'

/** Facts that are added in one step. */
const atOnce = 2000

const tables = [
  { name: 'prediction', part: 'predictions', columns: storedColumns, digested: true },
  { name: 'measurement', part: 'measurements', columns: ['value'], digested: true },
  { name: 'failure', part: 'failures', columns: ['problem'], digested: false },
] as const
type Table = (typeof tables)[number]

interface Range {
  variant: number
  condition: number
  /** Examples after this one, up to `last`. */
  after: number
  last: number
}

/**
 * Adds the facts and failures of an attached database, `other`, by their keys' content, after `mergeKeys`. A fact that is there
 * already stays, one that is not what was stored there is left out, and a failure counts only where there is no fact.
 * Each step of the generator is to be a transaction; it yields how many facts were looked at since the last step.
 */
export function* mergeFacts(db: Db): Generator<number, MergePart[], undefined> {
  const parts: MergePart[] = []
  for (const table of tables) {
    const part: MergePart = { name: table.part, added: 0, there: 0, remarks: [] }
    let damaged = 0
    for (const [variant, condition] of pairs(db, table.name))
      for (let after = -1; ;) {
        const { last, size } = chunk(db, table.name, variant, condition, after)
        if (size === 0) break
        const range = { variant, condition, after, last }
        const lost = table.digested ? countDamaged(db, table, range) : 0
        const added = add(db, table, range)
        part.added += added
        part.there += size - added - lost
        damaged += lost
        after = last
        yield size
      }
    if (damaged > 0)
      part.remarks.push({
        title: `${damaged} ${table.part}`,
        message: 'they are not what was stored: a byte of them has changed',
        leftOut: true,
        count: damaged,
      })
    parts.push(part)
  }
  return parts
}

/** How many facts and failures the attached database has. */
export const countMergeable = (db: Db): { predictions: number; measurements: number; failures: number } => ({
  predictions: countPredictions(db, 'other'),
  measurements: Number(db.prepare('SELECT count(*) FROM other.measurement').pluck().get()),
  failures: Number(db.prepare('SELECT count(*) FROM other.failure').pluck().get()),
})

/** The pairs of variant and condition that have facts, found by their key without reading the facts. */
function* pairs(db: Db, table: string): Generator<[number, number]> {
  const next = db
    .prepare<[number, number], [number, number]>(
      `SELECT variant_id, condition_id FROM other.${table} WHERE (variant_id, condition_id) > (?, ?)
       ORDER BY variant_id, condition_id LIMIT 1`,
    )
    .raw()
  for (let pair = next.get(0, 0); pair; pair = next.get(...pair)) yield pair
}

function chunk(
  db: Db,
  table: string,
  variant: number,
  condition: number,
  after: number,
): { last: number; size: number } {
  const examples = db
    .prepare<[number, number, number, number], number>(
      `SELECT example_id FROM other.${table} WHERE variant_id = ? AND condition_id = ? AND example_id > ?
       ORDER BY example_id LIMIT ?`,
    )
    .pluck()
    .all(variant, condition, after, atOnce)
  return { last: examples.at(-1) ?? after, size: examples.length }
}

const within = 'p.variant_id = ? AND p.condition_id = ? AND p.example_id > ? AND p.example_id <= ?'
const boundTo = ({ variant, condition, after, last }: Range) => [variant, condition, after, last]
const valuesOf = ({ columns }: Table) => columns.map((column) => `p.${column}`).join(', ')
const digestThere = (table: Table) =>
  `row_digest(p.variant_id, p.condition_id, p.example_id, ${valuesOf(table)})`

const countDamaged = (db: Db, table: Table, range: Range): number =>
  Number(
    db
      .prepare(
        `SELECT count(*) FROM other.${table.name} p WHERE ${within} AND p.digest_of_row <> ${digestThere(table)}`,
      )
      .pluck()
      .get(...boundTo(range)),
  )

function add(db: Db, table: Table, range: Range): number {
  const values = valuesOf(table)
  const [digest, own] = table.digested
    ? [', digest_of_row', `, row_digest(v.here, c.here, e.here, ${values})`]
    : ['', '']
  const test = table.digested
    ? `p.digest_of_row = ${digestThere(table)}`
    : ['prediction', 'measurement']
        .map(
          (fact) =>
            `NOT EXISTS (SELECT 1 FROM main.${fact} f WHERE f.variant_id = v.here AND f.condition_id = c.here AND f.example_id = e.here)`,
        )
        .join(' AND ')
  const from = `FROM other.${table.name} p JOIN merged_variant v ON v.there = p.variant_id
    JOIN merged_condition c ON c.there = p.condition_id JOIN merged_example e ON e.there = p.example_id WHERE ${within}`
  const insert = `INSERT OR IGNORE INTO main.${table.name} (variant_id, condition_id, example_id, ${table.columns.join(', ')}${digest})
    SELECT v.here, c.here, e.here, ${values}${own} ${from} AND ${test} ORDER BY e.here`
  const changes =
    table.name === 'prediction'
      ? insertPredictions(db, insert, range)
      : db.prepare(insert).run(...boundTo(range)).changes
  if (changes > 0 && table.digested && db.prepare('SELECT 1 FROM main.failure LIMIT 1').get())
    db.prepare(
      `DELETE FROM main.failure WHERE (variant_id, condition_id, example_id) IN (SELECT v.here, c.here, e.here ${from} AND ${test})`,
    ).run(...boundTo(range))
  return changes
}

/** Inserts predictions and notes their marks. Returns how many were new. */
function insertPredictions(db: Db, insert: string, range: Range): number {
  const added = db
    .prepare<number[], FactChange>(
      `${insert} RETURNING variant_id AS variantId, condition_id AS conditionId, example_id AS exampleId,
         fact_mark(correct, true_rank, length(top), confidence) AS mark`,
    )
    .all(...boundTo(range))
  if (added.length > 0) changeWriter(db)(added.length, packChanges(added))
  return added.length
}
