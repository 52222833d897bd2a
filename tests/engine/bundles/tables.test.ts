import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { bundledStudy } from '#engine/bundles/manifest.ts'
import type { DataTable } from '#shared/contract/index.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'
import { bundleOf, forge, verify } from './forge.ts'

type Row = DataTable['rows'][number]

let engine: Engine
let folder: string
/** A bundle of the kernel distances of two models. */
let path: string
let studyId: number
const modelIds: number[] = []
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(engine.client, sampleImages(folder, 1))
  for (const name of ['replk3', 'replk7'])
    modelIds.push((await engine.client.models.add({ path: sampleModel(name) })).id)
  const params = { smallest: 3 }
  const { id } = await runStudy(engine.client, { kind: 'kernel-attention', params, modelIds, datasetId })
  path = await bundleOf(engine, id, join(folder, 'kernels.zip'))
  studyId = id
}, 120_000)
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const inStudy = (change: (rows: Row[]) => Row[]) => ({
  'study.json': (text: string) => {
    const study = bundledStudy.parse(JSON.parse(text))
    const tables = study.tables.map((table) => ({ ...table, rows: change(table.rows) }))
    return JSON.stringify({ ...study, tables })
  },
})
const changeRow = (place: number, change: (row: Row) => Row) => (rows: Row[]) =>
  rows.map((row, at) => (at === place ? change(row) : row))

const patient = { timeout: 120_000 }

describe('tables that come from models alone', patient, () => {
  it('name no dataset: none was read, whatever was named when the study began', async () => {
    const [study] = await engine.client.studies.list()
    expect([study?.datasetId, study?.sample]).toEqual([null, null])
    expect((await engine.client.bundles.open({ path })).dataset).toBeNull()
    const { provenance, figures } = await engine.client.studies.result({ id: study?.id ?? 0 })
    expect(JSON.stringify([provenance, figures])).not.toContain('images')
    const input = { kind: 'clean-accuracy', params: {}, modelIds: study?.modelIds ?? [] }
    await expect(engine.client.studies.run(input)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' })
  })

  it('are computed again bit-identically', async () => {
    const honest = await verify(engine, path)
    expect(honest).toMatchObject({ verdict: 'agrees', facts: 0, unchecked: [] })
    expect(honest.measured.identical).toBe(honest.measured.sampled)
    expect(honest.measured.sampled).toBeGreaterThan(1)
  })

  // Row of a layer with 128 channels: counts in other columns must not widen the tolerance of distances.
  it.each<[column: string, of: string, changed: (row: Row) => Row]>([
    ['Median', 'a distance', (row) => ({ ...row, median: Number(row['median']) * 0.99 })],
    ['Smallest', 'the lowest distance', (row) => ({ ...row, min: Number(row['min']) * 0.99 })],
    ['Channels', 'a whole number', (row) => ({ ...row, channels: Number(row['channels']) + 1 })],
    ['Layer', 'a whole number in words', (row) => ({ ...row, layer: String(row['layer']) })],
    ['Weight', 'the name of a weight', (row) => ({ ...row, weight: `${row['weight']}s` })],
    ['Largest', 'a removed number', (row) => ({ ...row, max: null })],
  ])('disagree in %s where %s was changed', async (column, _, changed) => {
    const forged = await forge(path, join(folder, `forged-${column}.zip`), inStudy(changeRow(2, changed)))
    const { verdict, measured } = await verify(engine, forged)
    expect(verdict).toBe('disagrees')
    expect(measured.disagreeing).toMatchObject([
      { model: 'RepLK-3', what: 'Distances per layer, row 3', image: null, column },
    ])
  })

  it('agree where a number differs by rounding only', async () => {
    const rounded = changeRow(2, (row) => ({ ...row, median: Number(row['median']) + 2e-4 }))
    const forged = await forge(path, join(folder, 'rounded.zip'), inStudy(rounded))
    const { verdict, measured, parts } = await verify(engine, forged)
    expect(parts.filter(({ how }) => how === 'differs')).toEqual([])
    expect(verdict).toBe('agrees')
    expect(measured.identical).toBe(measured.sampled - 1)
  })

  it('do not take their tolerance from stored numbers', async () => {
    const forged = await forge(
      path,
      join(folder, 'stretched.zip'),
      inStudy((rows) => [
        ...changeRow(2, (row) => ({ ...row, median: 0.3 }))(rows),
        { ...rows[0], model: 'Nobody', median: 1e6 },
      ]),
    )
    const { verdict, measured } = await verify(engine, forged)
    expect(verdict).toBe('disagrees')
    expect(measured.disagreeing).toMatchObject([{ column: 'Median', stored: 0.3 }])
  })

  it('must be equal in text and whole numbers, whatever the tolerance', async () => {
    const changed = changeRow(2, (row) => ({ ...row, weight: `${row['weight']}s`, median: 0.3 }))
    const forged = await forge(path, join(folder, 'words.zip'), inStudy(changed))
    const { verdict, measured } = await verify(engine, forged, { tolerance: 1 })
    expect(verdict).toBe('disagrees')
    expect(measured.disagreeing).toMatchObject([{ column: 'Weight' }])
    expect(measured.largest).toBe(1)
  })

  it('disagree where the rows of a model were removed', async () => {
    const change = (rows: Row[]) => rows.filter(({ model }) => model !== 'RepLK-7')
    const forged = await forge(path, join(folder, 'without.zip'), inStudy(change))
    const { verdict, measured } = await verify(engine, forged)
    expect(verdict).toBe('disagrees')
    expect(measured).toMatchObject({ sampled: 8, checked: 8 })
    expect(measured.disagreeing.map(({ model, stored }) => [model, stored])).toEqual(
      Array.from({ length: 4 }, () => ['RepLK-7', null]),
    )
  })
})

describe('tables of models of which some are missing', patient, () => {
  /** A bundle of two models of one title. */
  const twins = async () => {
    for (const id of modelIds) await engine.client.models.update({ id, title: 'RepLK' })
    return bundleOf(engine, studyId, join(folder, 'twins.zip'))
  }
  let bare: Engine
  let only: string
  beforeAll(async () => {
    bare = await createEngine()
    only = join(folder, 'only')
    mkdirSync(only)
    cpSync(sampleModel('replk7'), join(only, 'replk7.onnx'))
  })
  afterAll(() => bare.close())

  it('agree where the rows of the other models agree', async () => {
    const verdict = await verify(bare, path, { folders: [only] })
    expect(verdict).toMatchObject({ verdict: 'partly', measured: { sampled: 8, checked: 4, identical: 4 } })
    expect(verdict.unchecked).toEqual([{ reason: 'the model is not at hand: RepLK-3', n: 4 }])
  })

  it('agree where all models with the same title were found', async () => {
    const verdict = await verify(engine, await twins())
    expect(verdict).toMatchObject({ verdict: 'agrees', unchecked: [], measured: { identical: 8 } })
  })

  it('are unchecked where one of several models with the same title is missing', async () => {
    const verdict = await verify(bare, await twins(), { folders: [only] })
    expect(verdict).toMatchObject({ verdict: 'partly', measured: { sampled: 8, checked: 0 } })
    expect(verdict.unchecked).toEqual([
      { reason: 'the model is not at hand: one of several models that are called RepLK', n: 8 },
    ])
  })

  it('disagree where one model cannot be set up, though the rows of the others agree', async () => {
    const forged = await forge(path, join(folder, 'unlabelled.zip'), {}, (manifest) => ({
      ...manifest,
      models: manifest.models.map((one, at) => (at === 0 ? { ...one, labels: ['cat'] } : one)),
    }))
    const verdict = await verify(engine, forged)
    expect(verdict).toMatchObject({
      verdict: 'disagrees',
      measured: { sampled: 8, checked: 4, identical: 4 },
    })
    expect(verdict.unchecked).toEqual([{ reason: expect.stringMatching(/^RepLK-3: .*1 labels/), n: 4 }])
  })

  it('count every row as unchecked once where no model can be read', async () => {
    const forged = await forge(path, join(folder, 'senseless.zip'), {}, (manifest) => ({
      ...manifest,
      study: { ...manifest.study, params: { smallest: 'wide' } },
    }))
    const verdict = await verify(engine, forged)
    expect(verdict).toMatchObject({ verdict: 'disagrees', measured: { sampled: 8, checked: 0 } })
    expect(verdict.unchecked).toEqual([{ reason: expect.stringMatching(/^the tables: /), n: 8 }])
  })

  it('are unchecked where the manifest has no such model', async () => {
    const change = changeRow(0, (row) => ({ ...row, model: 'Nobody' }))
    const forged = await forge(path, join(folder, 'nobody.zip'), inStudy(change))
    const { unchecked } = await verify(engine, forged)
    expect(unchecked).toEqual([{ reason: 'the manifest has no model that is called Nobody', n: 1 }])
  })
})
