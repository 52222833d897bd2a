import { countPredictions, type Db } from '../workspace/index.ts'

/** Numbers of the facts in a database. */
export interface FactCounts {
  predictions: number
  measurements: number
  failures: number
}

/** Counts the facts of a database. */
export const countAll = (db: Db): FactCounts => ({
  predictions: countPredictions(db),
  measurements: Number(db.prepare('SELECT count(*) FROM measurement').pluck().get()),
  failures: Number(db.prepare('SELECT count(*) FROM failure').pluck().get()),
})

/** Removes variants and conditions that no fact is of. Call it in a transaction. */
export function removeUnusedKeys(db: Db): void {
  const used = (column: string) =>
    `SELECT ${column} FROM prediction UNION SELECT ${column} FROM measurement UNION SELECT ${column} FROM failure`
  db.exec(`
    DELETE FROM session_time;
    DELETE FROM variant WHERE id NOT IN (${used('variant_id')});
    DELETE FROM condition WHERE id NOT IN (${used('condition_id')})`)
}

/** Lists the variants of a database as they are stored: id, digest of the model, text of the key; by that text. */
export const listVariants = (db: Db): { id: number; model: string; text: string }[] =>
  db
    .prepare<[], { id: number; model: string; text: string }>(
      'SELECT id, model_digest AS model, key AS text FROM variant ORDER BY key',
    )
    .all()

/** Lists the conditions of a database by the text of their transforms, and the problems of failures, each once, as JSON. */
export const listTexts = (db: Db): { transforms: string[]; problems: string[] } => ({
  transforms: db.prepare<[], string>('SELECT transform FROM condition').pluck().all(),
  problems: db.prepare<[], string>('SELECT DISTINCT problem FROM failure').pluck().all(),
})

/** The batch size of a variant, with which a run goes on. */
export interface SettledBatch {
  /** Digest of the model. */
  model: string
  key: string
  batch: number
  secondsPerImage: number | null
}

/** Lists the batch sizes that were settled for models, by their digests. */
export const settledBatches = (db: Db, digests: readonly string[]): SettledBatch[] =>
  db
    .prepare<[string], SettledBatch>(
      `SELECT model_digest AS model, key, batch, seconds_per_image AS secondsPerImage FROM variant
       WHERE batch IS NOT NULL AND model_digest IN (SELECT value FROM json_each(?)) ORDER BY key`,
    )
    .all(JSON.stringify(digests))

/** Stores batch sizes of variants that are new here. Call it in a transaction. */
export function storeBatches(db: Db, batches: readonly SettledBatch[]): void {
  const add = db.prepare(
    'INSERT OR IGNORE INTO variant (model_digest, key, batch, seconds_per_image, used_at) VALUES (?, ?, ?, ?, 0)',
  )
  for (const { model, key, batch, secondsPerImage } of batches) add.run(model, key, batch, secondsPerImage)
}
