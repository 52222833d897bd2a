import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../onnx/fixtures/${name}.onnx`, import.meta.url))

async function setUp(perClass: number, models: string[]) {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(engine.client, sampleImages(folder, perClass))
  const modelIds: number[] = []
  for (const path of models) modelIds.push((await engine.client.models.add({ path })).id)
  return { engine, datasetId, modelIds }
}

describe('feature map variance', () => {
  it('scales each curve to a maximum of 1, and computes only missing images when there are more', async () => {
    const { engine, datasetId, modelIds } = await setUp(1, [sampleModel('replk3')])
    const run = (images: number) =>
      runStudy(engine.client, { kind: 'feature-variance', modelIds, datasetId, params: { images } })
    const first = await run(8)
    const second = await run(12)
    expect(first.job?.progress).toMatchObject({ done: 8, cacheHits: 0 })
    expect(second.job?.progress).toMatchObject({ done: 12, cacheHits: 8 })
    const { figures, tables, complete } = await engine.client.studies.result({ id: second.id })
    expect(complete).toBe(true)
    const values = figures[0]?.series[0]?.points.map(({ y }) => y ?? NaN) ?? []
    expect(values.length).toBeGreaterThan(5)
    expect(Math.max(...values)).toBeCloseTo(1, 12)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(tables[0]?.rows).toHaveLength(values.length)
  })

  it('is not larger for the mean of a batch than the mean over its images', async () => {
    const { engine, datasetId, modelIds } = await setUp(1, [sampleModel('replk3')])
    const curve = async (order: string) => {
      const { id } = await runStudy(engine.client, {
        kind: 'feature-variance',
        modelIds,
        datasetId,
        params: { images: 8, order, normalise: false },
      })
      return (
        (await engine.client.studies.result({ id })).tables[0]?.rows.map(({ variance }) =>
          Number(variance),
        ) ?? []
      )
    }
    const [alone, together] = [await curve('per-image'), await curve('batch-mean')]
    expect(together).toHaveLength(alone.length)
    // Averaging features first removes differences between images (Jensen's inequality).
    together.forEach((value, layer) => expect(value).toBeLessThanOrEqual((alone[layer] ?? 0) * (1 + 1e-5)))
  })
})

describe('attention distance', () => {
  it('has a point for every head, between zero and the diagonal', async () => {
    const { engine, datasetId, modelIds } = await setUp(1, [fixture('vit')])
    const { id } = await runStudy(engine.client, {
      kind: 'attention-distance',
      modelIds,
      datasetId,
      params: { images: 4 },
    })
    const { figures, complete } = await engine.client.studies.result({ id })
    expect(complete).toBe(true)
    const { preprocessing } = await engine.client.models.get({ id: modelIds[0] ?? 0 })
    const points = figures[0]?.series[0]?.points ?? []
    expect(points.length).toBeGreaterThan(1)
    for (const { y } of points) {
      expect(y).toBeGreaterThan(0)
      expect(y).toBeLessThan(Math.hypot(...preprocessing.size))
    }
  })

  it('notes that a model has no attention', async () => {
    const { engine, datasetId, modelIds } = await setUp(1, [sampleModel('replk3')])
    const { id } = await runStudy(engine.client, { kind: 'attention-distance', modelIds, datasetId })
    expect((await engine.client.studies.result({ id })).provenance.join(' ')).toContain(
      'no attention over all patches',
    )
  })
})
