import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseDraws } from '#shared/transforms/index.ts'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel, drawsOf } from './sample.ts'

const masks = fileURLToPath(new URL('../../../resources/sample/masks/val', import.meta.url))

async function setUp(perClass: number) {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(engine.client, sampleImages(folder, perClass))
  const modelIds = [(await engine.client.models.add({ path: sampleModel('replk3') })).id]
  return { engine, datasetId, modelIds }
}

describe('salient patch drop', () => {
  it('drops more patches for a larger loss, all of the sticker before the background', async () => {
    const { engine, datasetId, modelIds } = await setUp(1)
    const params = { source: 'masks', masks, percents: [0, 30, 60, 90] }
    const { id, job } = await runStudy(engine.client, {
      kind: 'salient-patch-drop',
      modelIds,
      datasetId,
      params,
    })
    expect(job?.progress).toMatchObject({ failed: 0 })
    const { figures, complete, conditions } = await engine.client.studies.result({ id })
    expect(complete).toBe(true)
    expect(conditions).toHaveLength(7)
    const shares = figures.find((figure) => figure.id === 'pixel-share')?.series ?? []
    const [salient, others] = shares.map(({ points }) => points.map(({ y }) => y ?? NaN))
    expect(salient).toEqual([...(salient ?? [])].sort((a, b) => a - b))
    expect(others).toEqual([...(others ?? [])].sort((a, b) => a - b))
    // A sticker covers less than half of its picture: dropping 60 % of the sticker drops fewer patches than dropping 60 % of the rest.
    expect(salient?.[2]).toBeLessThan(others?.[2] ?? 0)
    const { entries } = parseDraws(await drawsOf(engine.client, id))
    expect(Object.keys(entries).sort()).toEqual(['30/0', '30/1', '60/0', '60/1', '90/0', '90/1'])
  })

  it('uses the gradient of a classifier as saliency, and reads its masks from the cache the second time', async () => {
    const { engine, datasetId, modelIds } = await setUp(1)
    const input = {
      kind: 'salient-patch-drop',
      modelIds,
      datasetId,
      params: { source: 'gradient', percents: [0, 50], modes: ['salient'] },
    }
    await runStudy(engine.client, input)
    const again = await runStudy(engine.client, input)
    expect(again.job?.progress).toMatchObject({ done: 32, cacheHits: 32 })
  })

  it('names what is missing: a ViT, a folder, masks in the folder', async () => {
    const { engine, datasetId, modelIds } = await setUp(1)
    const run = (params: Record<string, unknown>) =>
      engine.client.studies.run({ kind: 'salient-patch-drop', modelIds, datasetId, params })
    await expect(run({})).rejects.toMatchObject({
      code: 'STUDY_PARAMS',
      message: expect.stringContaining('ViT'),
    })
    await expect(run({ source: 'masks' })).rejects.toMatchObject({
      code: 'STUDY_PARAMS',
      message: expect.stringContaining('folder'),
    })
    await expect(
      runStudy(engine.client, {
        kind: 'salient-patch-drop',
        modelIds,
        datasetId,
        params: { source: 'masks', masks: join(masks, 'nowhere') },
      }),
    ).rejects.toThrow(/no mask was found/)
  })
})
