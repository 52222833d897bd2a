import { truncateSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseCellRef } from '#shared/cellRef.ts'
import type { CellOrder } from '#shared/contract/index.ts'
import type { Point } from '#shared/figures/spec.ts'
import { fixedModel } from './fixedModel.ts'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel, type Client } from './sample.ts'
import { freshWorkspace } from './workspace.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../onnx/fixtures/${name}.onnx`, import.meta.url))

async function setUp(model: string, kind: string, params: Record<string, unknown>) {
  const { client, engine, folder } = await freshWorkspace()
  const datasetId = await addDataset(client, sampleImages(folder, 1))
  const modelIds = [(await client.models.add({ path: model })).id]
  const run = async (own: Record<string, unknown> = params) =>
    (await runStudy(client, { kind, modelIds, datasetId, params: own })).id
  return { client, engine, run, id: await run(), modelIds, datasetId }
}

/** Points of all series of one figure. */
async function pointsOf(client: Client, id: number, figure: number): Promise<Point[]> {
  const { figures } = await client.studies.result({ id })
  return figures[figure]?.series.flatMap(({ points }) => points) ?? []
}

async function imagesBehind(client: Client, id: number, { ref }: Point, direction: CellOrder = 'largest') {
  const cell = parseCellRef(ref)
  if (!cell) throw new Error(`no ref: ${ref}`)
  return client.studies.flips({ id, ...cell, direction, limit: 1000 })
}

const mean = (values: (number | null)[]) =>
  values.reduce<number>((sum, value) => sum + (value ?? NaN), 0) / values.length

/** Expects that every point of a figure is the mean of its images' values. */
async function expectMeans(client: Client, id: number, figure: number, images: number) {
  const points = await pointsOf(client, id, figure)
  expect(points.length).toBeGreaterThan(1)
  for (const point of points) {
    const { rows, total } = await imagesBehind(client, id, point)
    expect([rows.length, total]).toEqual([images, point.n])
    expect(mean(rows.map(({ value }) => value))).toBeCloseTo(point.y ?? NaN, 10)
  }
}

const sample = sampleModel('replk3')

describe('the images behind a point', () => {
  it.each([true, false])(
    'of feature map variance average to its value, normalised: %s',
    async (normalise) => {
      const { client, id } = await setUp(sample, 'feature-variance', { images: 6, normalise })
      await expectMeans(client, id, 0, 6)
    },
  )

  it('of attention distance average to its value, in pixels and relative to the diagonal', async () => {
    const { client, id } = await setUp(fixture('vit'), 'attention-distance', { images: 5 })
    await expectMeans(client, id, 0, 5)
    await expectMeans(client, id, 1, 5)
    const [head] = await pointsOf(client, id, 0)
    expect((await imagesBehind(client, id, head ?? { x: 0, y: 0 })).point).toEqual({
      title: 'Layer 1, head 1',
      unit: 'pixels',
      note: null,
    })
  })

  it('of a model with a fixed batch size average to its value, with an incomplete last batch', async () => {
    const { client, folder } = await freshWorkspace()
    const datasetId = await addDataset(client, sampleImages(folder, 1))
    const modelIds = [(await client.models.add({ path: await fixedModel(folder, 'replk3', 4) })).id]
    const input = { kind: 'feature-variance', modelIds, datasetId, params: { images: 6 } }
    await expectMeans(client, (await runStudy(client, input)).id, 0, 6)
  })

  it('of a batch mean have no values, with a note', async () => {
    const { client, id } = await setUp(sample, 'feature-variance', { images: 4, order: 'batch-mean' })
    const [point] = await pointsOf(client, id, 0)
    const { rows, point: about } = await imagesBehind(client, id, point ?? { x: 0, y: 0 })
    expect(rows.map(({ value }) => value)).toEqual([null, null, null, null])
    expect(about?.note).toContain('none has a value of its own')
  })

  it('of a receptive field have the areas of a field of one image', async () => {
    const { client, id, run } = await setUp(sample, 'receptive-field', { images: 3 })
    const alone = await run({ images: 1 })
    const [all, one] = [await pointsOf(client, id, 0), await pointsOf(client, alone, 0)]
    expect(all).toHaveLength(99)
    for (const at of [4, 49, 89]) {
      const point = one[at] ?? { x: 0, y: 0 }
      const [single] = (await imagesBehind(client, alone, point)).rows
      expect(single?.value).toBe(point.y)
      const among = await imagesBehind(client, id, all[at] ?? { x: 0, y: 0 })
      expect(among.rows).toHaveLength(3)
      expect(among.rows.find(({ id: image }) => image === single?.id)?.value).toBe(point.y)
      expect(among.point?.note).toContain('not the mean of these areas')
    }
  })
})

describe('a receptive field whose images have no values yet', () => {
  it('is incomplete until it runs again, which measures those and leaves the mean unchanged', async () => {
    const params = { images: 3 }
    const { client, engine, id, modelIds, datasetId } = await setUp(sample, 'receptive-field', params)
    const [{ figures }, points] = [await client.studies.result({ id }), await pointsOf(client, id, 0)]
    const point = points[49] ?? { x: 0, y: 0 }
    const { rows } = await imagesBehind(client, id, point)
    const { db } = engine.session.open().workspace
    const forget = (images: number) =>
      db
        .prepare(
          `DELETE FROM measurement WHERE (variant_id, example_id) IN (SELECT m.variant_id, m.example_id FROM measurement m
           JOIN variant v ON v.id = m.variant_id WHERE v.key LIKE '%receptiveFieldRings%' LIMIT ?)`,
        )
        .run(images)
    const cost = () => client.studies.cost({ kind: 'receptive-field', modelIds, datasetId, params })
    for (const [images, words] of [
      [1, '1 image has no value of its own yet'],
      [3, '3 images have no values of their own yet'],
    ] as const) {
      expect(forget(images).changes).toBe(images)
      expect((await client.studies.result({ id })).complete).toBe(false)
      expect((await imagesBehind(client, id, point)).point?.note).toContain(words)
      expect((await cost()).cached).toBe(0)
      const again = await client.studies.rerun({ id })
      const { progress } = await jobEnd(client, again.job?.id ?? 0)
      expect(progress).toMatchObject({ total: 3, done: 3, cacheHits: 3 - images })
      const result = await client.studies.result({ id })
      expect([result.complete, result.figures]).toEqual([true, figures])
      expect((await imagesBehind(client, id, point)).rows).toEqual(rows)
      expect((await cost()).cached).toBe(3)
    }
  })
})

describe('a list of images behind a point', () => {
  it('is sorted by value, ascending or descending, and continues behind its last image', async () => {
    const { client, id } = await setUp(sample, 'feature-variance', { images: 6 })
    const point = (await pointsOf(client, id, 0)).at(2) ?? { x: 0, y: 0 }
    const [down, up] = [
      await imagesBehind(client, id, point),
      await imagesBehind(client, id, point, 'smallest'),
    ]
    const values = down.rows.map(({ value }) => value ?? NaN)
    expect(new Set(values).size).toBeGreaterThan(1)
    expect(values).toEqual(values.toSorted((a, b) => b - a))
    expect(up.rows.map(({ value }) => value)).toEqual(values.toReversed())
    const cell = parseCellRef(point.ref) ?? { modelId: 0, key: '' }
    const ask = (after: number | null) =>
      client.studies.flips({ id, ...cell, direction: 'largest', after, limit: 4 })
    const first = await ask(null)
    const second = await ask(first.next)
    expect([...first.rows, ...second.rows]).toEqual(down.rows)
    expect(second.next).toBeNull()
  })

  it('leaves out images that could not be measured', async () => {
    const { client, folder } = await freshWorkspace()
    const images = sampleImages(folder, 1)
    const datasetId = await addDataset(client, images)
    const [first] = (await client.datasets.images({ datasetId })).rows
    truncateSync(`${images}/${first?.name}`, 60)
    const modelIds = [(await client.models.add({ path: sample })).id]
    const count = (await client.datasets.get({ id: datasetId })).images
    for (const kind of ['feature-variance', 'receptive-field']) {
      const { id } = await runStudy(client, { kind, modelIds, datasetId, params: { images: count } })
      const [, point] = await pointsOf(client, id, 0)
      const { rows } = await imagesBehind(client, id, point ?? { x: 0, y: 0 })
      expect([rows.length, point?.n]).toEqual([count - 1, count - 1])
      expect(rows.map((row) => row.id)).not.toContain(first?.id)
    }
  })

  it('refuses an unknown point and an unknown order', async () => {
    const { client, id, modelIds } = await setUp(sample, 'feature-variance', { images: 2 })
    const modelId = modelIds[0] ?? 0
    await expect(
      client.studies.flips({ id, modelId, key: 'place=900', direction: 'largest' }),
    ).rejects.toThrow('no point place=900')
    await expect(client.studies.flips({ id, modelId, key: 'place=1' })).rejects.toThrow('no order lost')
  })

  it('refuses an order by value of a condition', async () => {
    const { client, id, modelIds } = await setUp(sample, 'clean-accuracy', {})
    const { conditions } = await client.studies.result({ id })
    const asked = { id, modelId: modelIds[0] ?? 0, key: conditions[0]?.key ?? '' }
    await expect(client.studies.flips({ ...asked, direction: 'largest' })).rejects.toThrow('no order largest')
  })
})
