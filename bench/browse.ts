/**
 * Browsing a million images: filters, counts, facets and far pages from columns, against the same queries in SQLite.
 * Both are measured in one run and in CPU time, so that other work on the machine does not count.
 * Run: node bench/browse.ts [images]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FactOf, ImageFilter, ImageOrder } from '#shared/contract/index.ts'
import { generator } from '#shared/random.ts'
import { answerer } from '#engine/datasets/browse/answer.ts'
import { openColumnCache } from '#engine/datasets/browse/columnCache.ts'
import { ColumnReader, type BrowseReferences } from '#engine/datasets/browse/columnReader.ts'
import { factKey } from '#shared/factText.ts'
import { createDatabase, type Db } from '#engine/workspace/database.ts'
import { FactBatch, factWriter } from '#engine/workspace/index.ts'
import { plantedFact } from './plantedFact.ts'
import { cpuSeconds, report, type Row } from './report.ts'

const images = Number(process.argv[2] ?? 1_000_000)
const classes = 1000
const shownFacts: FactOf[] = [{ modelId: 1 }, { modelId: 2 }]
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))
const db = createDatabase(join(folder, 'workspace.sqlite'))

/**
 * Makes a dataset with the facts of two models. Returns the seconds to write the facts, in packs and as plain rows.
 */
function fill(target: Db): number {
  target.exec(`INSERT INTO dataset (id, title, path, layout, recognised, state, added_at) VALUES (1, 'm', '/m', 'folders', 'folders', 'ready', 0);
    INSERT INTO condition (id, transform) VALUES (1, '{"op":"identity"}');
    INSERT INTO variant (id, model_digest, key, used_at) VALUES (1, 'a', 'a', 0), (2, 'b', 'b', 0)`)
  const random = generator('bench', 0)
  const example = target.prepare('INSERT INTO example VALUES (?, ?, ?)')
  const image = target.prepare('INSERT INTO image VALUES (?, 1, ?, ?, NULL, ?, ?, 0, ?, ?, NULL, 1)')
  // The same as plain rows, which SQL is asked for.
  target.exec(
    'CREATE TEMP TABLE fact (variant_id, condition_id, example_id, correct, PRIMARY KEY (variant_id, condition_id, example_id)) WITHOUT ROWID',
  )
  const fact = target.prepare('INSERT INTO fact VALUES (?, 1, ?, ?)')
  const store = factWriter(target)
  const batch = new FactBatch()
  const classOf = (k: number) => Math.floor((k * classes) / images)
  target.transaction(() => {
    const digest = Buffer.alloc(32)
    for (let k = 0; k < images; k++) {
      digest.writeUInt32LE(k)
      const name = `n${String(classOf(k)).padStart(8, '0')}`
      example.run(k + 1, digest, name)
      image.run(
        k + 1,
        `${name}/image_${k}.JPEG`,
        classOf(k),
        k + 1,
        20_000 + (k % 90_000),
        300 + (k % 300),
        200 + (k % 300),
      )
    }
  })()
  const write = target.transaction((variantId: number) => {
    for (let k = 0; k < images; k++) {
      const rank = random.uniform() < 0.8 ? 1 : 2 + random.integer(20)
      const confidence = random.uniform()
      const predicted = rank === 1 ? classOf(k) : random.integer(classes)
      const key = { variantId, conditionId: 1, exampleId: k + 1 }
      batch.add(key, plantedFact(predicted, rank, confidence, (1 - confidence) * random.uniform()))
      fact.run(variantId, k + 1, Number(rank === 1))
      if (batch.length < 2 ** 14 && k < images - 1) continue
      store(batch)
      batch.clear()
    }
  })
  const [seconds] = timed(() => {
    write(1)
    write(2)
  })
  return seconds
}

function timed<T>(work: () => T): [seconds: number, value: T] {
  const start = cpuSeconds()
  const value = work()
  return [cpuSeconds() - start, value]
}
async function timedAsync(work: () => Promise<unknown>): Promise<number> {
  const start = cpuSeconds()
  await work()
  return cpuSeconds() - start
}

const exists = (variant: number, test: string) =>
  `EXISTS (SELECT 1 FROM fact p WHERE p.variant_id = ${variant} AND p.condition_id = 1 AND p.example_id = i.example_id AND ${test})`
const sql = `FROM image i WHERE i.dataset_id = 1 AND ${exists(1, 'p.correct = 1')} AND ${exists(2, 'p.correct = 0')}`

try {
  const written = fill(db)
  console.log(
    `query plan: ${db
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN SELECT i.id ${sql} ORDER BY i.id LIMIT 200`)
      .all()
      .map(({ detail }) => detail)
      .join(' | ')}`,
  )
  const [sqlPage] = timed(() => db.prepare(`SELECT i.id ${sql} ORDER BY i.id LIMIT 200`).all())
  const [sqlCount] = timed(() => db.prepare(`SELECT count(*) ${sql}`).get())
  const [sqlClasses] = timed(() =>
    db.prepare(`SELECT i.class_idx, count(*) ${sql} GROUP BY i.class_idx`).all(),
  )

  const known: BrowseReferences = {
    settled: true,
    facts: Object.fromEntries(
      shownFacts.map((shownFact) => [factKey(shownFact), { variantId: shownFact.modelId, conditionId: 1 }]),
    ),
    classNumbers: {},
    subsets: {},
  }
  const inOrder: ImageOrder = { by: 'place', descending: false }
  const byConfidence: ImageOrder = { by: 'confidence', fact: { modelId: 1 }, descending: true }
  const filter: ImageFilter = {
    outcomes: [
      { modelId: 1, outcome: 'correct' },
      { modelId: 2, outcome: 'wrong' },
    ],
  }
  const open = () => {
    const keep = openColumnCache(join(folder, 'browse.sqlite'))
    return { answer: answerer(new ColumnReader(db, keep)), keep }
  }
  const page = (over: ImageFilter, from: number, order = inOrder) =>
    ({ kind: 'page', datasetId: 1, known, filter: over, order, from, after: null, limit: 200 }) as const

  const first = open()
  const read = await timedAsync(() => first.answer(page(filter, 0)))
  first.keep.close()
  const second = open()
  const fromDisk = await timedAsync(() => second.answer(page(filter, 0)))
  const { answer } = second
  const next = await timedAsync(() => answer(page({ ...filter, classes: [7] }, 0)))
  const fresh = await timedAsync(() =>
    answer(
      page(
        { confidence: [{ modelId: 1, min: 0.9, max: 1 }], outcomes: [{ modelId: 1, outcome: 'wrong' }] },
        0,
      ),
    ),
  )
  const middle = await timedAsync(() => answer(page({}, images / 2)))
  const far = await timedAsync(() => answer(page({}, images - 200)))
  const sorted = await timedAsync(() => answer(page(filter, 0, byConfidence)))
  const facets = await timedAsync(() =>
    answer({ kind: 'facets', datasetId: 1, known, filter, shownFacts, tags: [] }),
  )
  const confusion = await timedAsync(() =>
    answer({ kind: 'confusion', datasetId: 1, known, filter: {}, shownFact: { modelId: 1 } }),
  )
  second.keep.close()

  const rows: [name: string, seconds: number, against?: number][] = [
    ['SQLite: first page, A right and B wrong', sqlPage],
    ['SQLite: count of the same', sqlCount],
    ['SQLite: the same by class', sqlClasses],
    ['columns: first page, columns never read', read, sqlPage],
    ['columns: first page, columns on disk', fromDisk, sqlPage],
    ['columns: the next filter (and its count)', next, sqlCount],
    ['columns: another filter (and its count)', fresh, sqlCount],
    ['columns: page in the middle of all images', middle],
    ['columns: last page of all images', far],
    ['columns: first page ordered by confidence', sorted],
    ['columns: all facets of two models', facets, sqlClasses],
    ['columns: confusion over 1000 classes', confusion],
  ]
  for (const [name, seconds] of rows)
    console.log(`  ${name.padEnd(46)} ${(1000 * seconds).toFixed(0).padStart(8)} ms`)
  report(
    'browse',
    'answers',
    rows.map(([name, seconds, against]): Row => ({
      name,
      perSecond: 1 / seconds,
      ...(against === undefined ? {} : { ratio: against / seconds }),
    })),
    {
      images: String(images),
      factsPerSecond: ((2 * images) / written).toFixed(0),
      keptMegabytes: (statSync(join(folder, 'browse.sqlite')).size / 1e6).toFixed(0),
      residentMegabytes: (process.memoryUsage().rss / 1e6).toFixed(0),
    },
  )
  console.log(
    `  facts/s: ${((2 * images) / written).toFixed(0)}; kept ${(statSync(join(folder, 'browse.sqlite')).size / 1e6).toFixed(0)} MB`,
  )
} finally {
  db.close()
  rmSync(folder, { recursive: true, force: true })
}
