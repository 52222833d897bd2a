import { FactBatch } from '../facts/batch.ts'
import { changeWriter } from '../facts/blocks.ts'
import { packChanges, type FactChange } from '../facts/changes.ts'
import type { StoredFact } from '../facts/record.ts'
import { mostClasses } from '../facts/record.ts'
import { packWriter } from '../facts/writer.ts'
import type { Db } from '../db.ts'
import { rowDigest, type Stored } from '../rowDigest.ts'
import { likeliestOfBefore } from './likeliest.ts'

/**
 * Predictions in packs of up to 256 (workspace/facts/packs.ts) in place of a row each, and the slots of examples. Those whose
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
  const [write, append] = [packWriter(db), changeWriter(db)]
  const batch = new FactBatch()
  let key: [number, number, number] = [0, 0, 0]
  for (let rows = select.all(...key); rows.length > 0; rows = select.all(...key)) {
    const damaged: FactChange[] = []
    for (const row of rows) {
      const [variantId, conditionId, exampleId] = row
      key = [variantId, conditionId, exampleId]
      const fact = factOf(row)
      if (fact) batch.add({ variantId, conditionId, exampleId }, fact)
      else damaged.push({ variantId, conditionId, exampleId, mark: 0 })
    }
    write(batch)
    batch.clear()
    if (damaged.length > 0) append(-damaged.length, packChanges(damaged))
  }
}

/** Reads a prediction of before; null where it is not what was stored. */
function factOf(row: Row): StoredFact | null {
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
    count: likeliest.classes.length,
    from: 0,
    ...likeliest,
  }
}
