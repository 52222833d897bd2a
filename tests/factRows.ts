import type Database from 'better-sqlite3'
import { addFunctions } from '#engine/workspace/functions.ts'
import {
  checkedPack,
  eachRecord,
  FactBatch,
  factWriter,
  packedCells,
  packRows,
  readRecord,
  recountFacts,
  Slots,
} from '#engine/workspace/index.ts'

/** Columns of the temporary table `fact` besides the key; `top` is JSON: pairs of a class and its probability. */
export const factColumns = [
  'predicted',
  'correct',
  'true_rank',
  'confidence',
  'true_probability',
  'true_logit',
  'top',
] as const

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
  top: string,
]

/** Writes all predictions of a workspace into the temporary table `fact`, a row each, so that SQL can ask for them. */
export function factRows(db: Database.Database): Database.Database {
  db.exec(`DROP TABLE IF EXISTS temp.fact;
    CREATE TEMP TABLE fact (variant_id, condition_id, example_id, ${factColumns.join(', ')},
      PRIMARY KEY (variant_id, condition_id, example_id)) WITHOUT ROWID`)
  const insert = db.prepare(`INSERT INTO temp.fact VALUES (${Array(10).fill('?').join(', ')})`)
  const slots = new Slots(db)
  slots.refresh()
  db.transaction(() => {
    for (const [variant, condition] of packedCells(db))
      for (const row of packRows(db, [variant, condition])) {
        const pack = checkedPack(row)
        eachRecord(pack, row.block, (slot, start) => {
          const fact = readRecord(pack.bytes, start)
          const top = Array.from({ length: fact.count }, (_, at) => [
            fact.classes[at],
            fact.probabilities[at],
          ])
          const { predicted, correct, trueRank, confidence, trueProbability, trueLogit } = fact
          const values = [predicted, correct, trueRank, confidence, trueProbability, trueLogit]
          insert.run(variant, condition, slots.exampleOf(slot), ...values, JSON.stringify(top))
        })
      }
  })()
  return db
}

/** Changes predictions by SQL on the table `fact`, and stores them again. Returns how many rows were changed. */
export function changeFacts(db: Database.Database, sql: string, ...values: (number | null)[]): number {
  const { changes } = factRows(db)
    .prepare(sql)
    .run(...values)
  storeFactRows(db)
  return changes
}

/** Stores the rows of `fact` in place of all predictions. */
export function storeFactRows(db: Database.Database): void {
  addFunctions(db)
  const rows = db.prepare<[], Row>('SELECT * FROM temp.fact ORDER BY 1, 2, 3').raw().all()
  const batch = new FactBatch()
  for (const row of rows) {
    const [variantId, conditionId, exampleId, predicted, correct, trueRank, confidence, ...rest] = row
    const [trueProbability, trueLogit, text] = rest
    const top: [number, number][] = JSON.parse(text)
    const classes = top.map(([index]) => index)
    const probabilities = top.map(([, probability]) => probability)
    const likeliest = { count: top.length, from: 0, classes, probabilities }
    batch.add(
      { variantId, conditionId, exampleId },
      { predicted, correct, trueRank, confidence, trueProbability, trueLogit, ...likeliest },
    )
  }
  db.transaction(() => {
    db.exec('DELETE FROM main.prediction')
    factWriter(db)(batch)
    recountFacts(db)
  })()
}
