import Database from 'better-sqlite3'
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createEngine } from '#engine/api/index.ts'
import { listBackups } from '#engine/workspace/index.ts'
import { addFunctions } from '#engine/workspace/functions.ts'
import { migrations } from '#engine/workspace/schema.ts'
import { temporaryFolder } from '../../temporary.ts'
import { drawsOf, sampleModel, type Client } from '../studies/sample.ts'

const corpus = join(import.meta.dirname, '../../corpus/workspaces')
const schemas = readdirSync(corpus)
  .filter((name) => name.startsWith('schema-'))
  .map((name) => Number(name.slice('schema-'.length)))
  .sort((a, b) => a - b)

/** The study whose draws file and bundle are stored with the workspace. */
const drawing = 2

const expectedSchema = z.object({
  studies: z.array(
    z.object({
      id: z.int(),
      kind: z.string(),
      title: z.string(),
      conditions: z.array(z.object({ model: z.string(), key: z.string(), n: z.int(), correct: z.int() })),
      tables: z.array(z.object({ id: z.string(), rows: z.int() })),
    }),
  ),
})

const fileOf = (schema: number, name: string) => join(corpus, `schema-${schema}`, name)
const expectedOf = (schema: number) =>
  expectedSchema.parse(JSON.parse(readFileSync(fileOf(schema, 'expected.json'), 'utf8'))).studies

async function engine(): Promise<Client> {
  const started = await createEngine()
  onTestFinished(() => started.close())
  return started.client
}

/** Sets the paths of the models to those of the sample, in the old schema, before the database is migrated. */
function findModels(file: string): void {
  const db = new Database(file)
  addFunctions(db)
  db.prepare("UPDATE model SET path = replace(path, '/goldens/models', ?)").run(dirname(sampleModel('vit')))
  db.close()
}

/** Copies the workspace of a schema and opens it with the present code. */
async function opened(schema: number) {
  const path = join(temporaryFolder(), 'workspace')
  const file = join(path, 'workspace.sqlite')
  mkdirSync(path)
  cpSync(fileOf(schema, 'workspace.sqlite'), file)
  findModels(file)
  const client = await engine()
  return { path, client, info: await client.workspace.open({ path }) }
}

function schemaOf(file: string): unknown {
  const db = new Database(file, { readonly: true })
  try {
    return db.pragma('user_version', { simple: true })
  } finally {
    db.close()
  }
}

/** Returns conditions and tables in the form of expected.json. */
async function resultOf(client: Client, id: number) {
  const titles = new Map((await client.models.list()).map((model) => [model.id, model.title]))
  const { complete, conditions, tables } = await client.studies.result({ id })
  return {
    complete,
    conditions: conditions.map(({ modelId, key, n, correct }) => ({
      model: titles.get(modelId),
      key,
      n,
      correct,
    })),
    tables: tables.map((table) => ({ id: table.id, rows: table.rows.length })),
  }
}

it('there is a workspace of every schema before the present one', () => {
  expect(schemas).toEqual(expect.arrayContaining(migrations.slice(1).map((_, at) => at + 1)))
})

describe.each(schemas)('a workspace of schema %i', (schema) => {
  it('is migrated to the present schema, and a backup of the old database is made', async () => {
    const { path, info } = await opened(schema)
    expect(info).toMatchObject({ schema: migrations.length, models: 2, datasets: 1, images: 16 })
    const backups = listBackups(path)
    expect(backups.map(({ reason }) => reason)).toEqual(schema < migrations.length ? ['schema'] : [])
    for (const backup of backups) expect(schemaOf(backup.path)).toBe(schema)
  })

  it('lists its studies with the same counts as the old code', async () => {
    const { client } = await opened(schema)
    const listed = await client.studies.list()
    const expected = expectedOf(schema)
    expect(listed.map(({ id, kind, title }) => ({ id, kind, title })).sort((a, b) => a.id - b.id)).toEqual(
      expected.map(({ id, kind, title }) => ({ id, kind, title })),
    )
    for (const { id, conditions, tables } of expected)
      expect(await resultOf(client, id)).toEqual({
        complete: true,
        conditions,
        tables: expect.arrayContaining(tables),
      })
  })

  it('has all facts of its studies: nothing is left to compute', async () => {
    const { client } = await opened(schema)
    for (const { id } of expectedOf(schema)) {
      const { kind, title, params, modelIds, datasetId } = await client.studies.get({ id })
      const { answers, cached, work } = await client.studies.cost({ kind, params, modelIds, datasetId })
      if (datasetId !== null) expect(answers, title).toBeGreaterThan(0)
      expect(cached, title).toBe(answers)
      for (const { forwards } of work) expect(forwards, title).toBe(0)
    }
  })

  it('names no dataset for a study that reads only weights, and one for every other', async () => {
    const { client } = await opened(schema)
    for (const { kind, datasetId, sample } of await client.studies.list())
      expect([kind, datasetId, sample]).toEqual([kind, kind === 'kernel-attention' ? null : 1, null])
  })

  it('draws the same masks as the old code', async () => {
    const { client } = await opened(schema)
    expect(await drawsOf(client, drawing)).toBe(readFileSync(fileOf(schema, 'draws.json'), 'utf8'))
  })

  it('imports the draws file that the old code exported', async () => {
    const { client } = await opened(schema)
    const { digest } = await client.studies.importDraws({ path: fileOf(schema, 'draws.json') })
    const { kind, params, modelIds, datasetId } = await client.studies.get({ id: drawing })
    const replayed = { kind, params: { ...params, draws: digest }, modelIds, datasetId }
    const { answers, images } = await client.studies.cost(replayed)
    expect({ answers, images }).toEqual({ answers: 32, images: 16 })
  })
})

// Tags, subsets and bundles came with the second schema.
describe.each(schemas.filter((schema) => schema > 1))('with schema %i', (schema) => {
  it('tags and subsets still have their images', async () => {
    const { client } = await opened(schema)
    expect(await client.annotations.tags()).toEqual([{ name: 'pets', files: 2 }])
    const [pets] = await client.subsets.list({ datasetId: 1 })
    if (!pets) throw new Error('no subset')
    const { datasetId, selection } = pets
    expect(pets.name).toBe('Pets')
    expect(await client.datasets.selected({ datasetId, selection })).toMatchObject({ images: 2 })
  })

  it('a bundle opens and has the tables of its study', async () => {
    const client = await engine()
    const { study, counts, tables, figures } = await client.bundles.open({
      path: fileOf(schema, 'bundle.zip'),
    })
    const expected = expectedOf(schema).find(({ id }) => id === drawing)
    expect(study).toMatchObject({ kind: expected?.kind, title: expected?.title, complete: true })
    expect(counts).toEqual({ facts: 32, measurements: 0, images: 16, conditions: 2 })
    expect(tables.map((table) => ({ id: table.id, rows: table.rows.length }))).toEqual(expected?.tables)
    expect(figures.length).toBeGreaterThan(0)
  })
})
