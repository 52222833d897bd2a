/**
 * What the digests of facts cost: stores facts in batches of 64 with and without them, in turns, each into a new workspace, and
 * tells the ratio of the processor times. Run: npm run bench facts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { factStore } from '#engine/facts/index.ts'
import { storedColumns, storedValues } from '#engine/facts/prediction.ts'
import { createWorkspace, type Db } from '#engine/workspace/index.ts'

const [examples, conditions, batch, turns] = [4000, 20, 64, 5]

const facts = {
  rows: batch,
  predicted: new Int32Array(batch).fill(3),
  correct: new Int8Array(batch).fill(1),
  trueRank: new Int32Array(batch).fill(1),
  confidence: Float64Array.from({ length: batch }, (_, row) => 0.5 + row / 200),
  trueProbability: Float64Array.from({ length: batch }, (_, row) => 0.5 + row / 200),
  trueLogit: Float64Array.from({ length: batch }, (_, row) => row / 7),
  flagged: new Uint8Array(batch),
  topClasses: Int32Array.from({ length: batch * 5 }, (_, place) => place % 5),
  topProbabilities: Float32Array.from({ length: batch * 5 }, (_, place) => 1 / (2 + (place % 5))),
}

/** Stores as `factStore` does, without digests. */
function plainStore(db: Db) {
  const insert = db.prepare(
    `INSERT OR IGNORE INTO prediction (variant_id, condition_id, example_id, ${storedColumns.join(', ')}) VALUES (?, ?, ?, ${storedColumns.map(() => '?').join(', ')})`,
  )
  const anyFailure = db.prepare('SELECT 1 FROM failure LIMIT 1').pluck()
  return db.transaction((keys: { conditionId: number; exampleId: number }[]) => {
    anyFailure.get()
    for (const [row, { conditionId, exampleId }] of keys.entries())
      insert.run(1, conditionId, exampleId, ...storedValues(facts, row))
  })
}

/** Seconds of processor time to store all facts, image by image as a study does. */
function secondsOf(withDigests: boolean): number {
  const folder = mkdtempSync(join(tmpdir(), 'kernelscope-facts-'))
  const workspace = createWorkspace(join(folder, 'workspace'))
  try {
    const { db } = workspace
    db.pragma('foreign_keys = OFF')
    const [store, plain] = [factStore(db).store, plainStore(db)]
    const rows = Array.from({ length: examples * conditions }, (_, at) => ({
      variantId: 1,
      conditionId: 1 + (at % conditions),
      exampleId: 1 + Math.floor(at / conditions),
    }))
    const begun = process.cpuUsage()
    for (let at = 0; at < rows.length; at += batch) {
      const keys = rows.slice(at, at + batch)
      if (withDigests) store(keys, facts)
      else plain(keys)
    }
    const { user, system } = process.cpuUsage(begun)
    return (user + system) / 1e6
  } finally {
    workspace.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
secondsOf(true)
const times = Array.from({ length: turns }, () => [secondsOf(true), secondsOf(false)] as const)
const [digested, plain] = [median(times.map(([first]) => first)), median(times.map(([, second]) => second))]
const perSecond = (seconds: number) =>
  `${Math.round((examples * conditions) / seconds / 1000)} thousand facts/s`
console.log(
  `facts: with digests ${perSecond(digested)}, without ${perSecond(plain)}, ratio ${(digested / plain).toFixed(3)}`,
)
