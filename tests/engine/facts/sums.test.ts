import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { cellCounts, countFacts } from '#engine/facts/index.ts'
import { factSums } from '#engine/facts/sums.ts'
import { runsOf } from '#engine/facts/runs.ts'
import { createWorkspace, type Db } from '#engine/workspace/index.ts'
import { generator } from '#shared/random.ts'
import { temporaryFolder } from '../../temporary.ts'

const examples = 1500
const variant = 1
const condition = 1
const of = { variantId: variant, conditionId: condition }
const everywhere = { ...of, from: 0, to: Number.MAX_SAFE_INTEGER }

function database(): Db {
  const workspace = createWorkspace(join(temporaryFolder(), 'workspace'))
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

/** Stores facts, changes some of them and deletes others, all at random; deterministic. */
function scatter(db: Db): void {
  const random = generator('sums', 0)
  const insert = db.prepare(
    `INSERT OR IGNORE INTO prediction (variant_id, condition_id, example_id, predicted, correct, true_rank, confidence, top)
     VALUES (?, ?, ?, 0, ?, ?, 0.5, zeroblob(8))`,
  )
  const pick = () => 1 + Math.floor(random.uniform() * examples)
  const verdict = () => [0, 1, null][Math.floor(random.uniform() * 3)] ?? null
  const rank = () => (random.uniform() < 0.2 ? null : 1 + Math.floor(random.uniform() * 9))
  db.transaction(() => {
    for (let step = 0; step < 4000; step++) insert.run(variant, 1 + (step % 2), pick(), verdict(), rank())
    const change = db.prepare('UPDATE prediction SET correct = ?, true_rank = ? WHERE example_id = ?')
    for (let step = 0; step < 200; step++) change.run(verdict(), rank(), pick())
    const remove = db.prepare('DELETE FROM prediction WHERE example_id = ?')
    for (let step = 0; step < 200; step++) remove.run(pick())
    db.exec(
      'UPDATE prediction SET condition_id = 2 WHERE condition_id = 1 AND example_id BETWEEN 700 AND 720 AND example_id NOT IN (SELECT example_id FROM prediction WHERE condition_id = 2)',
    )
  })()
}

const counted = (db: Db, where: string) =>
  db
    .prepare(
      `SELECT count(*) AS facts, count(correct) AS judged, coalesce(sum(correct), 0) AS correct,
         coalesce(sum(true_rank <= 5), 0) AS correct5 FROM prediction WHERE variant_id = 1 AND condition_id = 1 AND ${where}`,
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

it('sums of facts are those of a full count, after any insertions, changes and removals', () => {
  const db = database()
  scatter(db)
  const sums = db
    .prepare(
      'SELECT condition_id, block, facts, judged, correct, correct5 FROM fact_sum WHERE facts > 0 ORDER BY 1, 2',
    )
    .all()
  const full = db
    .prepare(
      `SELECT condition_id, example_id >> 8 AS block, count(*) AS facts, count(correct) AS judged,
         coalesce(sum(correct), 0) AS correct, coalesce(sum(true_rank <= 5), 0) AS correct5
       FROM prediction GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    .all()
  expect(sums).toEqual(full)
  expect(full.length).toBeGreaterThan(10)
  const sum = factSums(db)
  for (const [first, last] of [
    [1, examples],
    [256, 511],
    [255, 512],
    [300, 310],
    [511, 512],
    [700, 1400],
    [examples, examples + 900],
  ] as const)
    expect([first, sum(of, [{ first, last }])]).toEqual([
      first,
      counted(db, `example_id BETWEEN ${first} AND ${last}`),
    ])
})

it('counts of a source are those of its images, one by one', () => {
  const db = database()
  scatter(db)
  // Out of order, with a gap, and with two images of one example.
  images(db, 1, [...numbers(400, 1300), 90, 91, 92, 500, 300])
  const source = { datasetId: 1, selectedFor: null }
  expect(runsOf(db, source)).toHaveLength(4)
  const byImage = db
    .prepare(
      `SELECT count(*) AS measured, count(p.correct) AS n, sum(p.correct) AS correct, sum(p.true_rank <= 5) AS correct5
       FROM image i JOIN prediction p ON p.example_id = i.example_id WHERE i.dataset_id = 1 AND p.condition_id = 1`,
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
        `SELECT count(*) FROM image i JOIN prediction p ON p.example_id = i.example_id WHERE i.dataset_id = 1 AND p.condition_id = 1`,
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
  expect(runsOf(db, source)).toBeNull()
  expect(countFacts(db, source)(everywhere)).toBe(Object(counted(db, 'example_id % 2 = 0')).facts)
})
