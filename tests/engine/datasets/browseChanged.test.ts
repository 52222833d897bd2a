import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ImageFilter, StudyCondition } from '#shared/contract/index.ts'
import { addDataset, runStudy, sampleImages, sampleModel, type Client } from '../studies/sample.ts'
import { freshWorkspace, sampleWorkspace } from '../studies/workspace.ts'

const directions = ['lost', 'gained', 'both', 'mistakes'] as const

/** The filter that the cell's panel links to. */
const filterOf = (cell: StudyCondition, direction: (typeof directions)[number]): ImageFilter => {
  const of = { modelId: cell.modelId, changed: cell.changed }
  return direction === 'mistakes'
    ? { outcomes: [{ ...of, outcome: 'wrong' }] }
    : { flips: [{ ...of, flip: direction }] }
}

async function setUp() {
  const { folder, engine, client } = await freshWorkspace()
  const datasetId = await addDataset(client, sampleImages(folder, 3))
  const { id: modelId } = await client.models.add({ path: sampleModel('replk7') })
  return { engine, client, datasetId, modelId }
}

/** Compares the facts of changed models on the page of an image with the rows of the study. */
async function compareAnswers(client: Client, studyId: number, imageIds: readonly number[]) {
  const { conditions } = await client.studies.result({ id: studyId })
  const wanted = []
  for (const { modelId, key, changed } of conditions.filter((cell) => cell.changed !== undefined))
    for (const row of (await client.studies.rows({ id: studyId, modelId, key, limit: 1000 })).rows)
      // The packed predictions are float32.
      wanted.push([row.imageId, changed, row.correct, row.predicted, Math.fround(row.confidence)])
  const found = []
  for (const id of imageIds)
    for (const { changed, correct, first } of await client.datasets.changedAnswers({ id }))
      found.push([id, changed, correct, first.classIndex, first.probability])
  // Two conditions of a study may remove the same blocks.
  const told = (rows: unknown[][]) => new Set(rows.map((row) => JSON.stringify(row)))
  expect(told(found)).toEqual(told(wanted))
  expect(told(found).size).toBe(found.length)
}

/** Compares the images in the panel of every changed cell with those of the dataset browser. */
async function compare(client: Client, datasetId: number, studyId: number) {
  const { conditions } = await client.studies.result({ id: studyId })
  const found = { cells: 0, images: 0 }
  for (const cell of conditions.filter(({ changed }) => changed !== undefined)) {
    found.cells++
    for (const direction of directions) {
      const { modelId, key } = cell
      const panel = await client.studies.flips({ id: studyId, modelId, key, direction, limit: 1000 })
      const browser = await client.datasets.images({
        datasetId,
        filter: filterOf(cell, direction),
        limit: 1000,
      })
      const ids = panel.rows.map(({ id }) => id).sort((a, b) => a - b)
      expect(browser.rows.map(({ id }) => id)).toEqual(ids)
      found.images += ids.length
    }
    const shownFacts = [{ modelId: cell.modelId, changed: cell.changed }]
    const { models } = await client.datasets.facets({ datasetId, shownFacts })
    expect(models[0]).toMatchObject({ changed: cell.changed, measured: cell.n, correct: cell.correct })
  }
  return found
}

describe('a changed model in a filter', () => {
  it('gives the images in the panels of a lesion study', async () => {
    const { client, datasetId, modelId } = await setUp()
    const params = { samples: 1, step: 2, singles: true }
    const { id } = await runStudy(client, { kind: 'lesion', modelIds: [modelId], datasetId, params })
    const found = await compare(client, datasetId, id)
    expect(found.cells).toBeGreaterThan(4)
    expect(found.images).toBeGreaterThan(found.cells)
    const images = await client.datasets.images({ datasetId, limit: 1000 })
    await compareAnswers(
      client,
      id,
      images.rows.map((row) => row.id),
    )
    const changes = await client.datasets.changedModels({ datasetId })
    expect(changes).toContainEqual({
      changed: 'without-1',
      title: 'with block 1 removed',
      modelIds: [modelId],
    })
    expect(new Set(changes.map(({ changed }) => changed)).size).toBe(changes.length)
  })

  it('gives the images in the panels of masked kernels', async () => {
    const { client, datasetId, modelId } = await setUp()
    const params = { sizes: [1, 3, 5] }
    const { id } = await runStudy(client, { kind: 'kernel-size', modelIds: [modelId], datasetId, params })
    const found = await compare(client, datasetId, id)
    expect(found.cells).toBe(3)
    expect(found.images).toBeGreaterThan(0)
    expect((await client.datasets.changedModels({ datasetId })).map(({ changed }) => changed)).toEqual([
      'kernels-1',
      'kernels-3',
      'kernels-5',
    ])
  })

  it('is refused where it has no facts, like a condition that is not stored', async () => {
    const { client, folder, datasetId, modelIds } = await sampleWorkspace('replk3')
    const modelId = modelIds[0] ?? 0
    const count = (filter: ImageFilter) => client.datasets.count({ datasetId, filter })
    await expect(count({ flips: [{ modelId, changed: 'without-2', flip: 'lost' }] })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('with block 2 removed has no predictions'),
    })
    await expect(
      count({ outcomes: [{ modelId, conditionId: 99_999, outcome: 'wrong' }] }),
    ).rejects.toMatchObject({ code: 'STUDY_NOT_FOUND', message: expect.stringContaining('99999') })
    const params = { sizes: [1] }
    await runStudy(client, { kind: 'kernel-size', modelIds: [modelId], datasetId, params })
    const cut: ImageFilter = { outcomes: [{ modelId, changed: 'kernels-1', outcome: 'missing' }] }
    expect(await count(cut)).toEqual({ images: 0 })
    // The changed model has facts, on these or other images.
    const other = await addDataset(client, sampleImages(join(folder, 'other'), 2))
    expect(await client.datasets.count({ datasetId: other, filter: cut })).toEqual({ images: 16 })
    // With other settings of the model it is another changed model.
    const { preprocessing } = await client.models.get({ id: modelId })
    await client.models.update({ id: modelId, preprocessing: { ...preprocessing, std: [0.3, 0.3, 0.3] } })
    await expect(count(cut)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })

  it('is refused under another name', async () => {
    const { client, datasetId, modelIds } = await sampleWorkspace('replk3')
    const flips = [{ modelId: modelIds[0] ?? 0, changed: 'without-3-1', flip: 'lost' as const }]
    await expect(client.datasets.count({ datasetId, filter: { flips } })).rejects.toThrow()
  })
})
