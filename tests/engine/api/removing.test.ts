import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, jobEnd, sampleImages, sampleModel } from '../studies/sample.ts'

async function workspace(perClass = 1) {
  const folder = temporaryFolder()
  const { client, close } = await createEngine()
  onTestFinished(close)
  await client.workspace.create({ path: join(folder, 'workspace') })
  return { client, images: sampleImages(folder, perClass) }
}

/** Models start cold, on a machine that may have other work. */
const patient = { timeout: 120_000 }

describe('removing what a job works on', patient, () => {
  it('cancels the job of a study first', async () => {
    const { client, images } = await workspace()
    const datasetId = await addDataset(client, images)
    const model = await client.models.add({ path: sampleModel('replk3') })
    const study = (seed: number) =>
      client.studies.run({
        kind: 'random-patch-drop',
        params: { percents: [0, 50], repeats: 1, seed },
        modelIds: [model.id],
        datasetId,
      })
    const [running, waiting] = [await study(1), await study(2)]
    expect([running.job?.state, waiting.job?.state]).toEqual(['running', 'queued'])
    await client.studies.remove({ id: running.id })
    expect((await client.studies.list()).map(({ id }) => id)).toEqual([waiting.id])
    // The queue runs the next job.
    expect((await jobEnd(client, waiting.job?.id ?? 0)).state).toBe('done')
    await expect(client.studies.remove({ id: running.id })).rejects.toMatchObject({ code: 'STUDY_NOT_FOUND' })
  })

  it('cancels the jobs of a dataset and of its studies first', async () => {
    // Enough images that indexing still runs when it is cancelled.
    const { client, images } = await workspace(20)
    const model = await client.models.add({ path: sampleModel('replk3') })
    const { dataset, jobId } = await client.datasets.add({ path: images })
    await client.studies.run({
      kind: 'clean-accuracy',
      params: {},
      modelIds: [model.id],
      datasetId: dataset.id,
    })
    const again = await client.datasets.reindex({ id: dataset.id })
    const ends = [jobId, again.jobId].map((id) => jobEnd(client, id))
    await client.datasets.remove({ id: dataset.id })
    expect(await client.datasets.list()).toEqual([])
    expect(await client.studies.list()).toEqual([])
    expect(await client.jobs.list({ limit: 10 })).toEqual([])
    expect((await Promise.all(ends)).map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
    await expect(client.datasets.remove({ id: dataset.id })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    })
  })
})
