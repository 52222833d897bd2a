import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { marksOf } from '#engine/facts/cellMarks.ts'
import { imageList } from '#engine/facts/imageList.ts'
import { cellCounts, countFacts, factStore, factVersion, predictionFinder } from '#engine/facts/index.ts'
import {
  countPredictions,
  createWorkspace,
  readWorkspace,
  recountFacts,
  type Db,
} from '#engine/workspace/index.ts'
import { foldChanges } from '#engine/workspace/facts/blocks.ts'
import { differingBlocks } from '#engine/workspace/facts/differing.ts'
import { generator } from '#shared/random.ts'
import { factRows, storeFactRows } from '../../factRows.ts'
import { temporaryFolder } from '../../temporary.ts'

const examples = 9000
const variant = 1
const condition = 1
const of = { variantId: variant, conditionId: condition }
const everywhere = { ...of, from: 0, to: Number.MAX_SAFE_INTEGER }

function database(folder = join(temporaryFolder(), 'workspace')): Db {
  const workspace = createWorkspace(folder)
  onTestFinished(() => workspace.close())
  const { db } = workspace
  db.exec(`INSERT INTO variant (id, model_digest, key, used_at) VALUES (1, 'm', 'k', 0);
    INSERT INTO condition (id, transform) VALUES (1, '{}'), (2, '{"op":"identity"}')`)
  for (const id of [1, 2])
    db.exec(`INSERT INTO dataset (id, title, path, layout, recognised, state, added_at)
      VALUES (${id}, 'd', '/d${id}', 'folders', 'folders', 'ready', 0)`)
  const example = db.prepare("INSERT INTO example (id, digest, class) VALUES (?, ?, 'c')")
  db.transaction(() => {
    for (let id = 1; id <= examples; id++) example.run(id, Buffer.from(String(id)))
  })()
  return db
}

const pick = (random: Random) => 1 + random.integer(examples)
type Random = ReturnType<typeof generator>

/** What stores facts in a database: making it anew for each batch takes longer than storing. */
const stores = new WeakMap<Db, ReturnType<typeof factStore>>()
function storeOf(db: Db): ReturnType<typeof factStore> {
  const store = stores.get(db) ?? factStore(db)
  stores.set(db, store)
  return store
}

/** Stores `count` random facts in one batch. */
function storeSome(db: Db, random: Random, count: number): void {
  const keys = Array.from({ length: count }, () => ({
    variantId: variant,
    conditionId: 1 + random.integer(2),
    exampleId: pick(random),
  }))
  const floats = () => Float64Array.from(keys, () => random.uniform())
  storeOf(db).store(keys, {
    rows: count,
    predicted: new Int32Array(count),
    correct: Int8Array.from(keys, () => random.integer(3) - 1),
    trueRank: Int32Array.from(keys, () => random.integer(9)),
    confidence: floats(),
    trueProbability: floats(),
    trueLogit: floats(),
    flagged: Uint8Array.from(keys, () => Number(random.uniform() < 0.1)),
    topClasses: Int32Array.from({ length: 5 * count }, (_, at) => at % 5),
    topProbabilities: new Float32Array(5 * count),
  })
}

/** Stores facts, changes some of them and deletes others, all at random; deterministic. */
function scatter(db: Db, seed = 0): void {
  const random = generator('sums', seed)
  const verdict = () => [0, 1, null][random.integer(3)] ?? null
  for (let batch = 0; batch < 60; batch++) storeSome(db, random, 120)
  factRows(db)
  const change = db.prepare('UPDATE fact SET correct = ?, true_rank = ? WHERE example_id = ?')
  for (let step = 0; step < 40; step++) change.run(verdict(), random.integer(9) || null, pick(random))
  const remove = db.prepare('DELETE FROM fact WHERE example_id = ?')
  for (let step = 0; step < 40; step++) remove.run(pick(random))
  db.exec(
    'UPDATE fact SET condition_id = 2 WHERE condition_id = 1 AND example_id BETWEEN 700 AND 720 AND example_id NOT IN (SELECT example_id FROM fact WHERE condition_id = 2)',
  )
  storeFactRows(db)
  storeSome(db, random, 120)
}

const counted = (db: Db, where: string) =>
  factRows(db)
    .prepare(
      `SELECT count(*) AS facts, count(correct) AS judged, coalesce(sum(correct), 0) AS correct,
         coalesce(sum(true_rank <= 5), 0) AS correct5 FROM fact WHERE variant_id = 1 AND condition_id = 1 AND ${where}`,
    )
    .get()

/** Adds images of a dataset: one for each example, in this order. */
function images(db: Db, dataset: number, ids: readonly number[]): void {
  const insert = db.prepare(
    `INSERT INTO image (dataset_id, name, class_idx, example_id, bytes, mtime, generation) VALUES (?, ?, 0, ?, 1, 0, 1)`,
  )
  db.transaction(() => ids.forEach((id, at) => insert.run(dataset, `${at}.png`, id)))()
}

const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at)

/** The marks of a cell as SQL makes them of each fact, by example, after `factRows`. */
const marksInSql = (db: Db, conditionId: number) =>
  db
    .prepare<[number], [number, number]>(
      'SELECT example_id, fact_mark(correct, true_rank, json_array_length(top), confidence) FROM fact WHERE variant_id = 1 AND condition_id = ? ORDER BY 1',
    )
    .raw()
    .all(conditionId)

function marksRead(db: Db, conditionId: number): [number, number][] {
  const { first, bytes } = marksOf(db).of({ variantId: variant, conditionId })
  return [...bytes.entries()].flatMap(([at, mark]): [number, number][] =>
    mark > 0 ? [[first + at, mark]] : [],
  )
}

it('marks are those of all facts after any insertions, changes and removals, folded or not, and in an engine that was killed', () => {
  const folder = join(temporaryFolder(), 'workspace')
  const db = database(folder)
  const agree = (own: Db) => {
    factRows(own)
    for (const conditionId of [1, 2])
      expect(marksRead(own, conditionId)).toEqual(marksInSql(own, conditionId))
    expect(countPredictions(own)).toBe(own.prepare('SELECT sum(facts) FROM prediction').pluck().get())
    expect(differingBlocks(own)).toBe(0)
  }
  for (const [seed, after] of [
    () => {},
    () => db.transaction(() => foldChanges(db))(),
    () => db.transaction(() => recountFacts(db))(),
  ].entries()) {
    const before = factVersion(db, of)
    scatter(db, seed)
    expect(factVersion(db, of)).toBeGreaterThan(before)
    agree(db)
    const between = factVersion(db, of)
    after()
    expect(factVersion(db, of)).toBeGreaterThanOrEqual(between)
    agree(db)
  }
  // What is committed is there for another connection, though the first one never closed.
  storeSome(db, generator('sums', 'last'), 50)
  const other = readWorkspace(folder)
  onTestFinished(() => other.close())
  expect(marksRead(other.db, 1)).toEqual(marksInSql(factRows(db), 1))
  // It read the changes before they are folded, and goes on after.
  db.transaction(() => foldChanges(db))()
  storeSome(db, generator('sums', 'after'), 50)
  factRows(db)
  for (const conditionId of [1, 2])
    expect(marksRead(other.db, conditionId)).toEqual(marksInSql(db, conditionId))
})

it('what another connection has stored is read at once', () => {
  const folder = join(temporaryFolder(), 'workspace')
  const db = database(folder)
  const other = readWorkspace(folder)
  onTestFinished(() => other.close())
  const random = generator('sums', 'other')
  const finders = [predictionFinder(db), predictionFinder(other.db)]
  for (let batch = 0; batch < 5; batch++) {
    storeSome(db, random, 20)
    for (const conditionId of [1, 2]) {
      const marked = new Set(marksRead(db, conditionId).map(([example]) => example))
      // One expectation for all: tens of thousands of them take seconds.
      const asked = [...numbers(1, examples).filter((example) => example % 30 === 0), ...marked]
      for (const find of finders)
        expect(asked.filter((example) => find({ ...of, conditionId }, example) === null)).toEqual(
          asked.filter((example) => !marked.has(example)),
        )
    }
  }
})

it('many batches are folded into blocks by themselves', () => {
  const db = database()
  const random = generator('sums', 'folds')
  db.transaction(() => {
    for (let batch = 0; batch < 4900; batch++) storeSome(db, random, 1)
  })()
  expect(Number(db.prepare('SELECT count(*) FROM fact_change').pluck().get())).toBeLessThan(1000)
  factRows(db)
  for (const conditionId of [1, 2]) expect(marksRead(db, conditionId)).toEqual(marksInSql(db, conditionId))
  expect(differingBlocks(db)).toBe(0)
})

it('marks that are not as they were stored are refused, and said to be', () => {
  const db = database()
  scatter(db)
  db.transaction(() => foldChanges(db))()
  db.exec(`UPDATE fact_block SET marks = zeroblob(length(marks)) WHERE condition_id = 2 AND block = 0`)
  expect(() => marksOf(db).of({ variantId: variant, conditionId: 2 })).toThrow(
    expect.objectContaining({
      code: 'WORKSPACE_CORRUPT',
      hint: expect.stringContaining('workspace verify --heal'),
    }),
  )
  expect(differingBlocks(db)).toBe(1)
  expect(marksRead(db, 1)).toEqual(marksInSql(factRows(db), 1))
})

it('counts of a source are those of its images, one by one', () => {
  const db = database()
  scatter(db)
  // Out of order, with a gap, and with two images of one example.
  images(db, 1, [...numbers(400, 1300), 90, 91, 92, 500, 300])
  const source = { datasetId: 1, selectedFor: null }
  expect(imageList(db, source).isRun).toBe(false)
  const byImage = factRows(db)
    .prepare(
      `SELECT count(*) AS measured, count(p.correct) AS n, sum(p.correct) AS correct, sum(p.true_rank <= 5) AS correct5
       FROM image i JOIN fact p ON p.example_id = i.example_id WHERE i.dataset_id = 1 AND p.condition_id = 1`,
    )
    .get()
  expect(cellCounts(db, source)(everywhere)).toEqual({ ...Object(byImage), failed: 0 })
  expect(countFacts(db, source)(everywhere)).toBe(Object(byImage).measured)
  // Images that come or go count at once.
  images(db, 2, [1])
  db.exec('DELETE FROM image WHERE dataset_id = 1 AND example_id > 1000')
  expect(countFacts(db, source)(everywhere)).toBe(
    db
      .prepare(
        `SELECT count(*) FROM image i JOIN fact p ON p.example_id = i.example_id WHERE i.dataset_id = 1 AND p.condition_id = 1`,
      )
      .pluck()
      .get(),
  )
})

it('a source of scattered examples is counted image by image', () => {
  const db = database()
  scatter(db)
  images(
    db,
    1,
    numbers(1, examples).filter((id) => id % 2 === 0),
  )
  const source = { datasetId: 1, selectedFor: null }
  expect(countFacts(db, source)(everywhere)).toBe(Object(counted(db, 'example_id % 2 = 0')).facts)
})
