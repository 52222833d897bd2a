import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { choose, drawSubsets } from '#engine/studies/kinds/lesion/subsets.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

async function setUp(perClass: number, models: string[], options: Parameters<typeof createEngine>[0] = {}) {
  const folder = temporaryFolder()
  const engine = await createEngine(options)
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(engine.client, sampleImages(folder, perClass))
  const modelIds: number[] = []
  for (const name of models) modelIds.push((await engine.client.models.add({ path: sampleModel(name) })).id)
  return { engine, datasetId, modelIds }
}

const cellsOf = async (engine: Engine, id: number) => (await engine.client.studies.result({ id })).conditions

describe('subsets of blocks', () => {
  it('are distinct, sorted and seeded, and all of them where there are few', () => {
    const subsets = drawSubsets([0, 1, 2, 3, 4, 5], 3, 10, 7)
    expect(subsets).toHaveLength(10)
    expect(new Set(subsets.map(String)).size).toBe(10)
    for (const subset of subsets) expect(subset).toEqual([...new Set(subset)].sort((a, b) => a - b))
    expect(drawSubsets([0, 1, 2, 3, 4, 5], 3, 10, 7)).toEqual(subsets)
    expect(drawSubsets([0, 1, 2, 3, 4, 5], 3, 10, 8)).not.toEqual(subsets)
    expect(drawSubsets([2, 5, 9], 2, 10, 0).map(String).sort()).toEqual(['2,5', '2,9', '5,9'])
  })

  it('are counted as binomial coefficients', () => {
    expect([choose(5, 0), choose(5, 2), choose(24, 12), choose(6, 6)]).toEqual([1, 10, 2704156, 1])
  })
})

describe('the lesion study', () => {
  it('equals clean accuracy with nothing removed, and is the same whether blocks are gated or cut out', async () => {
    const { engine, datasetId, modelIds } = await setUp(2, ['replk3'])
    const clean = await runStudy(engine.client, { kind: 'clean-accuracy', modelIds, datasetId })
    const params = { samples: 1, seed: 1 }
    const many = await runStudy(engine.client, { kind: 'lesion', modelIds, datasetId, params })
    const [none, ...removed] = await cellsOf(engine, many.id)
    expect(none?.correct).toBe((await cellsOf(engine, clean.id))[0]?.correct)
    expect(removed.length).toBeGreaterThan(4)
    expect(many.job?.progress).toMatchObject({ failed: 0, cacheHits: 32 })
    expect(many.job?.progress.note).toMatch(/gated|cut out/)
  })

  it('reads the same subsets from the cache the second time', async () => {
    const { engine, datasetId, modelIds } = await setUp(1, ['replk3'])
    const params = { samples: 2, step: 2 }
    await runStudy(engine.client, { kind: 'lesion', modelIds, datasetId, params })
    const again = await runStudy(engine.client, { kind: 'lesion', modelIds, datasetId, params })
    expect(again.job?.progress.cacheHits).toBe(again.job?.progress.total)
  })
})

describe('the kernel size study', () => {
  it('equals the whole model at a window as large as its kernels, and differs below', async () => {
    const { engine, datasetId, modelIds } = await setUp(2, ['replk31'])
    const { id } = await runStudy(engine.client, {
      kind: 'kernel-size',
      modelIds,
      datasetId,
      params: { sizes: [1, 31] },
    })
    const cells = await cellsOf(engine, id)
    expect(cells.map(({ key }) => key)).toEqual(['whole', 'window=1'])
    const logits = async (key: string) =>
      (await engine.client.studies.rows({ id, modelId: modelIds[0] ?? 0, key })).rows.map(
        ({ confidence }) => confidence,
      )
    expect(await logits('window=1')).not.toEqual(await logits('whole'))
  })
})

describe('the kernel attention study', () => {
  it('needs no image and has a sorted line per layer', async () => {
    const { engine, datasetId, modelIds } = await setUp(1, ['replk31'])
    const { id } = await runStudy(engine.client, { kind: 'kernel-attention', modelIds, datasetId })
    const { figures, complete } = await engine.client.studies.result({ id })
    expect(complete).toBe(true)
    expect(figures[0]?.series.length).toBeGreaterThan(1)
    for (const { points } of figures[0]?.series ?? []) {
      const distances = points.map(({ y }) => y ?? NaN)
      expect(distances).toEqual([...distances].sort((a, b) => a - b))
      expect(Math.min(...distances)).toBeGreaterThan(0)
      expect(Math.max(...distances)).toBeLessThan(1)
    }
  })
})
