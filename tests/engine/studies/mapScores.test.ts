import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { boxesBeside, boxesOfXml, openBoxes } from '#engine/studies/kinds/mapScores/boxes.ts'
import { hits } from '#engine/studies/kinds/mapScores/boxVectors.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'kernelscope-scores-'))
let engine: Engine
let datasetId: number
let modelIds: number[]
let studyId: number

const params = {
  ...{ methods: ['gradCam', 'relevance'], images: 3, steps: 4, cascade: 2, seed: 1 },
}

beforeAll(async () => {
  engine = await createEngine({ overrides: { provider: 'cpu', threads: 1 } })
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const images = sampleImages(folder, 1)
  // A box around the whole of every image but those of one class.
  const boxes = readdirSync(images).flatMap((name, at) =>
    at === 0 ? [] : readdirSync(join(images, name)).map((file) => [`${name}/${file}`, [[-1, -1, 999, 999]]]),
  )
  writeFileSync(join(images, 'boxes.json'), JSON.stringify(Object.fromEntries(boxes)))
  datasetId = await addDataset(client, images)
  modelIds = []
  for (const name of ['replk3', 'vit'])
    modelIds.push((await client.models.add({ path: sampleModel(name) })).id)
  studyId = (await runStudy(client, { kind: 'map-scores', params, datasetId, modelIds })).id
}, 120_000)

afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const result = () => engine.client.studies.result({ id: studyId })

describe('scores of maps', () => {
  it('are complete, for the methods that each graph allows', async () => {
    const { complete, tables, provenance } = await result()
    expect(complete).toBe(true)
    const rows = tables.find(({ id }) => id === 'scores')?.rows ?? []
    const controls = ['Random map', 'Middle of the image']
    expect(rows.map(({ model, method }) => [model, method])).toEqual([
      ...['Grad-CAM', ...controls].map((method) => [rows[0]?.['model'], method]),
      ...['Grad-CAM', 'Relevance', ...controls].map((method) => [rows.at(-1)?.['model'], method]),
    ])
    for (const row of rows) expect(row).toMatchObject({ images: 3, pointing: 1 })
    const pairs = tables.find(({ id }) => id === 'differences')?.rows ?? []
    // Grad-CAM against two, and Grad-CAM against three with relevance against two.
    expect(pairs).toHaveLength(2 + 3 + 2)
    for (const { model, method, other, insertion } of pairs) {
      const of = (name: unknown) =>
        Number(rows.find((row) => row['model'] === model && row['method'] === name)?.['insertion'])
      expect(insertion).toBeCloseTo(of(method) - of(other), 9)
    }
    expect(provenance.some((note) => note.endsWith('has no Relevance: its graph does not allow it.'))).toBe(
      true,
    )
  })

  it('begin and end at images that are the same for every map', async () => {
    const { figures } = await result()
    for (const id of modelIds) {
      const ends = (what: string, at: number) =>
        (figures.find((one) => one.id === `${what}-${id}`)?.series ?? []).map(
          ({ points }) => points.at(at)?.y,
        )
      const same = (values: unknown[]) => expect(new Set(values).size).toBe(1)
      // Nothing removed is the image; all removed is one colour; nothing inserted is the blurred image.
      for (const [what, at] of [
        ['deletion', 0],
        ['deletion', -1],
        ['insertion', 0],
        ['insertion', -1],
      ] as const)
        same(ends(what, at))
      expect(ends('insertion', -1)[0]).toBeCloseTo(ends('deletion', 0)[0] ?? NaN, 6)
      expect(ends('deletion', -1)[0]).not.toBeCloseTo(ends('deletion', 0)[0] ?? NaN, 3)
    }
  })

  it('compare each map with those of networks with random weights', async () => {
    const { figures } = await result()
    for (const id of modelIds) {
      const sanity = figures.find((one) => one.id === `sanity-${id}`)
      expect(sanity?.x.categories).toEqual(['trained', 'last layer', 'all layers'])
      for (const { points } of sanity?.series ?? []) {
        expect(points[0]?.y).toBe(1)
        for (const { y } of points.slice(1)) {
          expect(Math.abs(y ?? NaN)).toBeLessThanOrEqual(1)
          expect(y).not.toBe(1)
        }
      }
    }
  })

  it('have images behind every bar and point', async () => {
    const { figures } = await result()
    for (const figure of figures)
      for (const { points } of figure.series)
        for (const { ref, y, n } of points) {
          const [modelId = '', key = ''] = (ref ?? '').split('|')
          if (key === '' || /^sanity.*\/0$/.test(key)) continue
          const behind = await engine.client.studies.flips({
            ...{ id: studyId, modelId: Number(modelId), key, limit: 10 },
            direction: 'largest',
          })
          const values = behind.rows.map(({ value }) => value ?? NaN)
          expect(values).toHaveLength(n ?? NaN)
          expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(y ?? NaN, 9)
        }
  })

  it('are not computed again', async () => {
    const { job } = await engine.client.studies.run({ kind: 'map-scores', params, datasetId, modelIds })
    const ended = job ? await jobEnd(engine.client, job.id) : null
    // Seven maps of three images: Grad-CAM of two models, relevance of one, two that know no model of both.
    expect(ended?.progress.cacheHits).toBe(21)
  })
})

describe('boxes', () => {
  it('are read from XML as of ImageNet, of the class where objects are named', async () => {
    const object = (name: string, left: number) =>
      `<object><name>${name}</name><bndbox><xmin>${left}</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object>`
    const xml = `<annotation><size><width>50</width></size>${object('n01', 1)}${object('n02', 9)}</annotation>`
    expect(boxesOfXml(xml, 'n02')).toEqual([[9, 2, 30, 40]])
    expect(boxesOfXml(xml, 'cat')).toHaveLength(2)
    expect(boxesOfXml('<annotation/>', 'cat')).toEqual([])
    const root = temporaryFolder()
    const [data, annotations] = [join(root, 'Data/CLS-LOC/val'), join(root, 'Annotations/CLS-LOC/val')]
    for (const one of [data, annotations]) mkdirSync(one, { recursive: true })
    writeFileSync(join(annotations, 'ILSVRC2012_val_00000001.xml'), xml)
    expect(await boxesBeside(data)).toBe(annotations)
    expect(await boxesBeside(dirname(annotations))).toBe(dirname(annotations))
    const found = await openBoxes(annotations)
    const image = { path: join(data, 'n01/ILSVRC2012_val_00000001.JPEG'), root: data, className: 'n01' }
    expect(await found.of(image)).toEqual([[1, 2, 30, 40]])
    expect(await found.of({ ...image, path: join(data, 'other.JPEG') })).toEqual([])
  })

  it('that are no list are refused, by their file', async () => {
    const root = temporaryFolder()
    writeFileSync(join(root, 'boxes.json'), '{"a.jpg": [1]}')
    await expect(openBoxes(root)).rejects.toMatchObject({
      code: 'STUDY_PARAMS',
      message: expect.stringContaining('boxes.json'),
    })
  })

  it('are hit within them, and nearer to them than the tolerance', () => {
    const box = { left: 10, top: 10, right: 20, bottom: 20 }
    expect(hits([15, 12], [box], 0)).toBe(true)
    expect(hits([23, 24], [box], 5)).toBe(false)
    expect(hits([23, 24], [box], 5.1)).toBe(true)
    expect(hits([0, 0], [], 5)).toBe(false)
  })
})
