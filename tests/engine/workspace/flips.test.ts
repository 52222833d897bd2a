import Database from 'better-sqlite3'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { factStore } from '#engine/facts/index.ts'
import { openWorkspace } from '#engine/workspace/index.ts'
import { heal } from '#engine/workspace/keeping/heal.ts'
import { verifyDatabase } from '#engine/workspace/keeping/verify.ts'
import { generator } from '#shared/random.ts'
import { temporaryFolder } from '../../temporary.ts'

const corpus = join(import.meta.dirname, '../../corpus/workspaces')

/** The file of a closed workspace: one of an earlier schema, migrated. */
function databaseOf(schema: number): string {
  const path = join(temporaryFolder(), 'workspace')
  mkdirSync(path)
  const file = join(path, 'workspace.sqlite')
  cpSync(join(corpus, `schema-${schema}`, 'workspace.sqlite'), file)
  openWorkspace(path).close()
  return file
}

/** Counters of changes, which only say when to read again, and columns that no answer depends on. */
const noAnswers = ['table_version', 'image_version', 'annotation_version']
const passing: Record<string, string> = { map: 'used_at', image: 'generation' }

const asText = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('base64') : value)

/** All that a database says, table by table. */
function contentOf(file: string): string {
  const db = new Database(file, { readonly: true })
  try {
    const tables = db
      .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
      .pluck()
      .all()
      .filter((name) => !noAnswers.includes(name))
    return JSON.stringify(
      tables.map((name) => [
        name,
        db
          .prepare<[], Record<string, unknown>>(`SELECT * FROM "${name}" ORDER BY 1, 2`)
          .all()
          .map(({ [passing[name] ?? '']: _, ...row }) => Object.values(row).map(asText)),
      ]),
    )
  } finally {
    db.close()
  }
}

const isNoticed = (file: string): boolean => {
  try {
    return verifyDatabase(file).length > 0
  } catch {
    return true
  }
}

it('of 200 single bytes that are changed in a database, each is noticed or changes nothing that it says', () => {
  const file = databaseOf(6)
  const whole = readFileSync(file)
  const content = contentOf(file)
  expect(verifyDatabase(file)).toEqual([])
  const random = generator('flips')
  const unnoticed: string[] = []
  let noticed = 0
  for (let k = 0; k < 200; k++) {
    const at = random.integer(whole.length)
    const bit = random.integer(8)
    const bytes = Buffer.from(whole)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
    for (const log of ['-wal', '-shm']) rmSync(file + log, { force: true })
    writeFileSync(file, bytes)
    if (isNoticed(file)) noticed++
    else if (contentOf(file) !== content) unnoticed.push(`byte ${at}, bit ${bit}`)
  }
  expect(unnoticed).toEqual([])
  expect(noticed).toBeGreaterThan(50)
})

/** Numbers of predictions in the packs of a database. */
function factsOfPacks(file: string): number[] {
  const db = new Database(file, { readonly: true })
  const found = db.prepare<[], number>('SELECT facts FROM prediction').pluck().all()
  db.close()
  return found
}

describe('a changed fact', () => {
  /** Changes a byte of one fact behind the back of its digest, as a bad disk would. */
  function spoiled(): string {
    const file = databaseOf(6)
    const db = new Database(file)
    const { changes } = db
      .prepare(
        `UPDATE prediction SET packed = CAST(substr(packed, 1, length(packed) - 1) || x'00' AS BLOB) WHERE (variant_id, condition_id, block) IN
           (SELECT variant_id, condition_id, block FROM prediction LIMIT 1)`,
      )
      .run()
    expect(changes).toBe(1)
    db.close()
    return file
  }
  it('is named, and healing forgets it with those of its pack', () => {
    const file = spoiled()
    const packs = factsOfPacks(file)
    const [damaged] = packs
    const found = verifyDatabase(file)
    expect(found.map(({ step, rows, heals }) => ({ step, rows, heals }))).toEqual([
      { step: 'sums of facts', rows: 1, heals: 'recount' },
      { step: 'prediction', rows: damaged, heals: 'forget' },
    ])
    const workspace = openWorkspace(join(file, '..'))
    expect(heal(workspace.db, found)).toEqual({ prediction: damaged })
    expect(workspace.info().predictions).toBe(packs.slice(1).reduce((sum, facts) => sum + facts, 0))
    workspace.close()
    expect(verifyDatabase(file)).toEqual([])
  })
})

it('slots of predictions that a disk has changed are named; healing forgets their predictions and gives no slot again', () => {
  const file = databaseOf(6)
  const packs = factsOfPacks(file)
  const all = packs.reduce((sum, facts) => sum + facts, 0)
  const db = new Database(file)
  db.exec(`UPDATE fact_slot SET examples = CAST(x'ff' || substr(examples, 2) AS BLOB)`)
  const before = db.prepare('SELECT length(examples) FROM fact_slot').pluck().get()
  db.close()
  const found = verifyDatabase(file)
  expect(found.map(({ step, heals }) => [step, heals])).toEqual([
    ['sums of facts', 'recount'],
    ['fact_slot', 'forget'],
  ])
  const workspace = openWorkspace(join(file, '..'))
  expect(heal(workspace.db, found)).toEqual({ fact_slot: 1, prediction: all })
  expect(workspace.info().predictions).toBe(0)
  expect(workspace.db.prepare('SELECT length(examples) FROM fact_slot').pluck().get()).toBeGreaterThan(
    Number(before),
  )
  workspace.close()
  expect(verifyDatabase(file)).toEqual([])
})

it('every database of an earlier schema is as it should be once it is migrated, and after changes of all kinds', () => {
  for (const schema of [1, 4, 6]) {
    const file = databaseOf(schema)
    const workspace = openWorkspace(join(file, '..'))
    const { db } = workspace
    db.exec(`INSERT OR REPLACE INTO setting VALUES ('seed', '1');
      INSERT OR REPLACE INTO setting VALUES ('seed', '2');
      UPDATE study SET title = 'renamed';
      DELETE FROM dataset;`)
    const [variantId = 0, conditionId = 0] = [1, 1]
    const { lastInsertRowid } = db.prepare(`INSERT INTO example (digest, class) VALUES (x'01', 'new')`).run()
    const facts = {
      rows: 1,
      predicted: Int32Array.of(3),
      correct: Int8Array.of(1),
      trueRank: Int32Array.of(1),
      confidence: Float64Array.of(0.75),
      trueProbability: Float64Array.of(0.75),
      trueLogit: Float64Array.of(-0),
      topClasses: Int32Array.of(3, 1, -1, -1, -1),
      topProbabilities: Float32Array.of(0.75, 0.25, 0, 0, 0),
      flagged: Uint8Array.of(0),
    }
    factStore(db).store([{ variantId, conditionId, exampleId: Number(lastInsertRowid) }], facts)
    workspace.close()
    expect(verifyDatabase(file), `schema ${schema}`).toEqual([])
  }
})
