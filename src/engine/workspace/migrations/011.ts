import type { Db } from '../db.ts'
import { rowDigest, type Stored } from '../rowDigest.ts'
import { likeliestOfBefore } from './likeliest.ts'
import { mostClasses, packOf, packSize, recordOf, type PackedFact } from './packs011.ts'

/**
 * Predictions in packs of up to 256 (packs011.ts) in place of a row each, and the slots of examples. Those whose
 * digest says that they are not what was stored are left out. Marks stay as they are.
 */
export function migration011(db: Db): void {
  db.exec(`
DROP TRIGGER prediction_changed;
DROP TRIGGER prediction_removed;
ALTER TABLE prediction RENAME TO prediction_of_before;
CREATE TABLE prediction (
  variant_id INTEGER NOT NULL REFERENCES variant,
  condition_id INTEGER NOT NULL REFERENCES condition,
  block INTEGER NOT NULL,
  facts INTEGER NOT NULL,
  packed BLOB NOT NULL,
  digest_of_row INTEGER NOT NULL,
  PRIMARY KEY (variant_id, condition_id, block)
) WITHOUT ROWID, STRICT;
CREATE TABLE fact_slot (
  block INTEGER PRIMARY KEY,
  examples BLOB NOT NULL,
  digest_of_row INTEGER NOT NULL
) STRICT;`)
  pack(db)
  db.exec('DROP TABLE prediction_of_before')
}

/** Predictions that are read at a time. */
const page = 16 * 256

type Row = [
  variantId: number,
  conditionId: number,
  exampleId: number,
  predicted: number,
  correct: number | null,
  trueRank: number | null,
  confidence: number,
  trueProbability: number | null,
  trueLogit: number | null,
  top: Buffer,
  digest: number,
]

function pack(db: Db): void {
  const select = db
    .prepare<[number, number, number], Row>(
      `SELECT variant_id, condition_id, example_id, predicted, correct, true_rank, confidence, true_probability, true_logit,
         top, digest_of_row
       FROM prediction_of_before WHERE (variant_id, condition_id, example_id) > (?, ?, ?)
       ORDER BY variant_id, condition_id, example_id LIMIT ${page}`,
    )
    .raw()
  const slots = new Map<number, number>()
  const put = cellWriter(db)
  let key: [number, number, number] = [0, 0, 0]
  let records = new Map<number, Buffer>()
  for (let rows = select.all(...key); rows.length > 0; rows = select.all(...key)) {
    const damaged: Key[] = []
    for (const row of rows) {
      const [variantId, conditionId, exampleId] = row
      if (variantId !== key[0] || conditionId !== key[1]) {
        put(key, records)
        records = new Map()
      }
      key = [variantId, conditionId, exampleId]
      const fact = factOf(row)
      if (fact) records.set(slotOf(slots, exampleId), recordOf(fact))
      else damaged.push(key)
    }
    if (damaged.length > 0) appendLost(db, damaged)
  }
  put(key, records)
  writeSlots(db, [...slots.keys()])
}

type Key = readonly [variantId: number, conditionId: number, exampleId: number]

/** The slot of an example: the next one where it has none. */
function slotOf(slots: Map<number, number>, exampleId: number): number {
  const slot = slots.get(exampleId) ?? slots.size
  slots.set(exampleId, slot)
  return slot
}

/** Returns a function that stores the records of a variant under a condition, by their slots. */
function cellWriter(db: Db): (cell: Key, records: ReadonlyMap<number, Buffer>) => void {
  const put = db.prepare(
    'INSERT INTO prediction (variant_id, condition_id, block, facts, packed, digest_of_row) VALUES (?, ?, ?, ?, ?, ?)',
  )
  return ([variantId, conditionId], records) => {
    const blocks = new Map<number, Map<number, Buffer>>()
    for (const [slot, record] of records) {
      const block = Math.floor(slot / packSize)
      blocks.set(block, (blocks.get(block) ?? new Map<number, Buffer>()).set(slot % packSize, record))
    }
    for (const [block, own] of blocks) {
      const values = [variantId, conditionId, block, own.size, packOf(own)] as const
      put.run(...values, rowDigest(values))
    }
  }
}

/** Appends to the log of marks that predictions are gone: their keys (uint32, little-endian) and the mark 0. */
function appendLost(db: Db, keys: readonly Key[]): void {
  const id = 1 + Number(db.prepare('SELECT max(id) FROM fact_change').pluck().get())
  const changes = Buffer.concat(
    keys.map((key) => {
      const bytes = Buffer.alloc(13)
      for (const [at, value] of key.entries()) bytes.writeUInt32LE(value, 4 * at)
      return bytes
    }),
  )
  db.prepare('INSERT INTO fact_change (id, facts, changes, digest_of_row) VALUES (?, ?, ?, ?)').run(
    ...[id, -keys.length, changes, rowDigest([id, -keys.length, changes])],
  )
}

/** Stores the examples of slots, 256 in a row (uint32, little-endian). */
function writeSlots(db: Db, examples: readonly number[]): void {
  const put = db.prepare('INSERT INTO fact_slot (block, examples, digest_of_row) VALUES (?, ?, ?)')
  for (let block = 0; block * packSize < examples.length; block++) {
    const own = examples.slice(block * packSize, (block + 1) * packSize)
    const bytes = Buffer.alloc(4 * own.length)
    for (const [at, id] of own.entries()) bytes.writeUInt32LE(id, 4 * at)
    put.run(block, bytes, rowDigest([block, bytes]))
  }
}

/** Reads a prediction of before; null where it is not what was stored. */
function factOf(row: Row): PackedFact | null {
  const values: Stored[] = row.slice(0, -1)
  const [, , , predicted, correct, trueRank, confidence, trueProbability, trueLogit, top, digest] = row
  if (rowDigest(values) !== digest) return null
  const likeliest = likeliestOfBefore(top, confidence)
  if (!likeliest || likeliest.classes.length > mostClasses) return null
  return {
    predicted,
    correct,
    trueRank,
    confidence,
    trueProbability: trueProbability ?? (trueRank === 1 ? confidence : null),
    trueLogit,
    ...likeliest,
  }
}
