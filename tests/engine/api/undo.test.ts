import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { emptyComposition } from '#shared/figures/compose/index.ts'
import { addDataset, runStudy, sampleImages, sampleModel, type Client } from '../studies/sample.ts'

let engine: Engine
let client: Client
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
const path = join(folder, 'workspace')

beforeAll(async () => {
  engine = await createEngine()
  client = engine.client
  await client.workspace.create({ path })
  const datasetId = await addDataset(client, sampleImages(folder, 1))
  const modelIds = []
  for (const name of ['replk3', 'vit'])
    modelIds.push((await client.models.add({ path: sampleModel(name) })).id)
  await runStudy(client, { kind: 'clean-accuracy', modelIds, datasetId })
  await runStudy(client, { kind: 'kernel-attention', params: { smallest: 3 }, modelIds })
  await client.compositions.create({ composition: emptyComposition('Figure') })
}, 120_000)
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

/** All that the lists show. */
async function shown({ studies, models, datasets, compositions, jobs, workspace }: Client) {
  const { studies: count, images } = (await workspace.info()) ?? {}
  return {
    studies: await studies.list(),
    models: await models.list(),
    datasets: await datasets.list(),
    figures: await compositions.list(),
    jobs: (await jobs.list({})).map(({ id }) => id),
    results: await Promise.all((await studies.list()).map(({ id }) => studies.result({ id }))),
    counted: { count, images },
  }
}

it('shows nothing of what was removed, and all of it again after undo', { timeout: 60_000 }, async () => {
  const before = await shown(client)
  const [model] = before.models
  const [weights, clean] = before.studies
  const [dataset] = before.datasets
  const [figure] = before.figures
  const gone = {
    study: await client.studies.remove({ id: clean?.id ?? 0 }),
    figure: await client.compositions.remove({ id: figure?.id ?? 0 }),
    model: await client.models.remove({ id: model?.id ?? 0 }),
    dataset: await client.datasets.remove({ id: dataset?.id ?? 0 }),
  }
  const after = await shown(client)
  expect(after).toMatchObject({ datasets: [], figures: [], counted: { count: 1, images: 0 } })
  // The study of weights has no dataset, and goes on with the model that is left.
  expect(after.studies).toMatchObject([{ id: weights?.id, modelIds: [before.models[1]?.id] }])
  await expect(client.models.get({ id: model?.id ?? 0 })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  await expect(client.workspace.undoRemoval(gone.study)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('dataset'),
  })
  for (const one of [gone.dataset, gone.model, gone.figure, gone.study])
    await client.workspace.undoRemoval(one)
  expect(await shown(client)).toEqual(before)
  await expect(client.workspace.undoRemoval(gone.study)).rejects.toMatchObject({ code: 'USAGE' })
})

it('takes the studies of a dataset along, and brings them back with it', async () => {
  const before = await shown(client)
  const removal = await client.datasets.remove({ id: before.datasets[0]?.id ?? 0 })
  expect((await client.studies.list()).map(({ kind }) => kind)).toEqual(['kernel-attention'])
  await client.workspace.undoRemoval(removal)
  expect(await shown(client)).toEqual(before)
})

it('adds a removed file anew, after which the removal cannot be undone', async () => {
  const [model] = await client.models.list()
  if (!model) throw new Error('no model')
  await client.models.update({ id: model.id, note: 'mine' })
  const removal = await client.models.remove({ id: model.id })
  expect((await client.models.add({ path: model.path })).note).not.toBe('mine')
  await expect(client.workspace.undoRemoval(removal)).rejects.toMatchObject({ code: 'USAGE' })
})

it('is whole after a kill: what was removed goes at the next start', { timeout: 60_000 }, async () => {
  const [dataset] = await client.datasets.list()
  const removal = await client.datasets.remove({ id: dataset?.id ?? 0 })
  // The files as a killed engine leaves them, with the log of SQLite.
  const left = join(folder, 'left')
  cpSync(path, left, { recursive: true, filter: (from) => !from.endsWith('workspace.owner') })
  const other = await createEngine()
  try {
    await other.client.workspace.open({ path: left })
    const { db } = other.session
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
    expect(['removal', 'dataset', 'image', 'class', 'study'].map(count)).toEqual([0, 0, 0, 0, 1])
    expect(count('prediction')).not.toBe(0)
    expect(db.pragma('foreign_key_check')).toEqual([])
    await expect(other.client.workspace.undoRemoval(removal)).rejects.toMatchObject({ code: 'USAGE' })
  } finally {
    await other.close()
  }
  await client.workspace.close()
  await client.workspace.open({ path })
  expect(engine.session.db.prepare('SELECT count(*) FROM removal').pluck().get()).toBe(0)
})
