/**
 * Storing and reading many facts, in CPU time of all threads: storing as a study does, one image after the other under all
 * conditions, beside plain rows of SQLite in that order; then a workspace filled with an ImageNet-C study of two models (192 facts an image): bytes a fact,
 * what is made ahead of the images, opening its result the first and the second time and after a later start, ranking, cost, running it where all is stored, and reading all facts
 * for an export. Run: node bench/facts.ts [images] [folder that keeps the workspace] [published]
 * With the last word the images are those of the published files of ImageNet-C, each corruption and severity with its own.
 * 208,334 images are 40 million facts: 5 GB, and a quarter of an hour to fill.
 */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '#engine/api/index.ts'
import { evidencePages, groupedFacts, predictionFinder, type FactKey } from '#engine/facts/index.ts'
import { ownReader } from '#engine/studies/index.ts'
import { planStudy } from '#engine/studies/store/plan.ts'
import { createWorkspace, openWorkspace, type Db, type Workspace } from '#engine/workspace/index.ts'
import { generator } from '#shared/random.ts'
import { fill, type Filled } from './filled.ts'
import { cpuSeconds, report, type Row } from './report.ts'
import { batchOf } from './storedBatch.ts'

const images = Number(process.argv[2] ?? 2000)
const published = process.argv[4] === 'published'
const temporary = mkdtempSync(join(tmpdir(), 'kernelscope-facts-'))
const kept = process.argv[3] ?? join(temporary, 'filled')
const notes: Record<string, string> = {}

async function timed<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const [cpu, wall] = [cpuSeconds(), performance.now()]
  const value = await work()
  const seconds = cpuSeconds() - cpu
  notes[name] = `${seconds.toFixed(3)} s of CPU time, ${((performance.now() - wall) / 1000).toFixed(3)} s`
  console.log(`  ${name}: ${notes[name]}`)
  return value
}

const [cells, stored, size] = [192, 2000, 64]

/** Keys of facts, image by image under all cells. */
function keysOf(shuffled: boolean) {
  const ids = Array.from({ length: stored }, (_, at) => at + 1)
  return (shuffled ? generator('bench').shuffle(ids) : ids).flatMap((exampleId) =>
    Array.from({ length: cells }, (_, at) => ({
      variantId: 1 + (at % 2),
      conditionId: 1 + (at >> 1),
      exampleId,
    })),
  )
}

/** Facts a second of CPU time that `store` stores in batches of 64 in a new workspace. */
function rateOf(name: string, shuffled: boolean, store: (db: Db) => Store): Row {
  const workspace = createWorkspace(join(temporary, name))
  try {
    workspace.db.pragma('foreign_keys = OFF')
    const { add, flush } = store(workspace.db)
    const keys = keysOf(shuffled)
    const begun = cpuSeconds()
    for (let at = 0; at < keys.length; at += size) add(keys.slice(at, at + size))
    flush()
    const perSecond = keys.length / (cpuSeconds() - begun)
    workspace.db.pragma('wal_checkpoint(TRUNCATE)')
    const bytes = statSync(join(workspace.path, 'workspace.sqlite')).size / keys.length
    return { name: `${name}, ${bytes.toFixed(0)} bytes a fact`, perSecond }
  } finally {
    workspace.close()
  }
}

interface Store {
  add(keys: FactKey[]): void
  flush(): void
}

/** As a study stores them. */
function inGroups(db: Db): Store {
  const grouped = groupedFacts(db, false)
  const facts = batchOf(size)
  return {
    add(keys) {
      grouped.add(keys, facts)
      grouped.settle(() => undefined)
    },
    flush: () => grouped.flush(),
  }
}

/** Rows of 41 bytes by variant, condition and example, each batch by itself: what SQLite takes for that order alone. */
function asPlainRows(db: Db): Store {
  db.exec('CREATE TABLE plain (v, c, e, bytes, PRIMARY KEY (v, c, e)) WITHOUT ROWID')
  const insert = db.prepare('INSERT INTO plain VALUES (?, ?, ?, ?)')
  const bytes = Buffer.alloc(41, 7)
  return {
    add: db.transaction((keys: FactKey[]) => {
      for (const { variantId, conditionId, exampleId } of keys)
        insert.run(variantId, conditionId, exampleId, bytes)
    }),
    flush: () => undefined,
  }
}

async function filled(): Promise<Filled> {
  const note = `${kept}.json`
  if (existsSync(note)) return JSON.parse(readFileSync(note, 'utf8'))
  const made = await timed('filling, without the store', () => fill(kept, images, published))
  writeFileSync(note, JSON.stringify(made))
  return made
}

async function reading(workspace: Workspace, { studyId: id, input, largeId }: Filled): Promise<void> {
  // What an earlier run kept.
  for (const name of globSync(join(kept, 'summaries.sqlite*'))) rmSync(name)
  const reader = ownReader(workspace)
  await timed('made ahead of the images, when they were indexed', () =>
    reader.ask({ kind: 'prepare', datasetId: largeId }),
  )
  await timed('cost, first time', () => reader.ask({ kind: 'cost', input, subset: null }))
  await timed('result, first time', () => reader.ask({ kind: 'result', id }))
  await timed('result, second time', () => reader.ask({ kind: 'result', id }))
  await timed('ranking', () =>
    reader.ask({ kind: 'ranking', input: { reference: input.modelIds[0] ?? null } }),
  )
  await reader.close()
  const later = ownReader(workspace)
  await timed('result, after a later start', () => later.ask({ kind: 'result', id }))
  await later.close()
}

/** Reads the facts of the first cells row by row, as exports do. Returns their number a second of CPU time. */
function exportRate({ db }: Workspace, { studyId }: Filled): Row {
  const begun = cpuSeconds()
  let count = 0
  for (const { conditions } of planStudy(db, studyId).models)
    for (const { source, parts } of conditions)
      for (const { conditionId, from, to } of parts)
        for (const page of evidencePages(db, source, { variantId: 1, conditionId, from, to })) {
          count += page.length
          if (count > 2_000_000)
            return { name: 'read for an export', perSecond: count / (cpuSeconds() - begun) }
        }
  return { name: 'read for an export', perSecond: count / (cpuSeconds() - begun) }
}

/** Reads single predictions as the page of an image does: each image under all conditions of a model, or any of them. */
function singleRates({ db }: Workspace, { largeId }: Filled): Row[] {
  const find = predictionFinder(db)
  const random = generator('single')
  const examples = db
    .prepare<[number], number>('SELECT example_id FROM image WHERE dataset_id = ? ORDER BY id')
    .pluck()
    .all(largeId)
  const conditions = db.prepare<[], number>('SELECT DISTINCT condition_id FROM fact_block').pluck().all()
  // Cells of few facts have no block.
  if (conditions.length === 0) return []
  const rateIn = (name: string, count: number, conditionAt: (at: number) => number, stay: number): Row => {
    const begun = cpuSeconds()
    let example = 0
    for (let at = 0; at < count; at++) {
      if (at % stay === 0) example = examples[random.integer(examples.length)] ?? 0
      find({ variantId: 1, conditionId: conditionAt(at) }, example)
    }
    return { name, perSecond: count / (cpuSeconds() - begun) }
  }
  const any = () => conditions[random.integer(conditions.length)] ?? 0
  return [
    rateIn('read singly, any image under any condition', 20_000, any, 1),
    rateIn(
      'read singly, an image under all conditions',
      20_000,
      (at) => conditions[at % conditions.length] ?? 0,
      conditions.length,
    ),
  ]
}

/** Runs a study whose facts are all stored. */
async function running({ input }: Filled): Promise<void> {
  const engine = await createEngine()
  try {
    const { client } = engine
    await client.workspace.open({ path: kept })
    await timed('running it where all is stored', async () => {
      const { job } = await client.studies.run(input)
      for await (const state of await client.jobs.watch())
        if (state.id === job?.id && !['queued', 'running'].includes(state.state)) {
          if (state.state === 'done' && state.progress.cacheHits === state.progress.total) return
          throw new Error(`not all was stored: ${state.problem?.message ?? state.state}`)
        }
    })
  } finally {
    await engine.close()
  }
}

try {
  const rows = [
    rateOf('stored, images in order', false, inGroups),
    rateOf('stored, images in random order', true, inGroups),
    rateOf('plain rows, images in random order', true, asPlainRows),
  ]
  for (const { name, perSecond } of rows) console.log(`  ${name}: ${perSecond.toFixed(0)} facts/s`)
  const made = await filled()
  const workspace = openWorkspace(kept)
  notes['bytes a fact, filled in order'] = (
    statSync(join(kept, 'workspace.sqlite')).size / made.facts
  ).toFixed(1)
  console.log(`  ${made.facts} facts, ${notes['bytes a fact, filled in order']} bytes each`)
  await reading(workspace, made)
  rows.push(exportRate(workspace, made), ...singleRates(workspace, made))
  workspace.close()
  await running(made)
  report('facts', 'facts', rows, { facts: String(made.facts), ...notes })
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
