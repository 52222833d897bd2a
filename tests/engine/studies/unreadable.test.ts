import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addDataset, type Client, runStudy, sampleImages, sampleModel } from './sample.ts'
import { freshWorkspace } from './workspace.ts'

interface Setting {
  folder: string
  client: Client
  datasetId: number
  /** The file that changed after it was indexed. */
  broken: string
}

/** One image of each sample class, of which the first was overwritten after it was indexed. */
async function setUp(): Promise<Setting> {
  const { folder, client } = await freshWorkspace()
  const images = sampleImages(folder, 1)
  const datasetId = await addDataset(client, images)
  const [name = ''] = readdirSync(images).sort()
  const broken = join(images, name, readdirSync(join(images, name))[0] ?? '')
  writeFileSync(broken, 'no picture')
  return { folder, client, datasetId, broken }
}

describe('an unreadable image is reported, and the study is complete but for it', () => {
  it.each([
    ['feature-variance', 'replk3', { images: 16 }],
    ['feature-variance', 'replk3', { images: 16, order: 'batch-mean' }],
    ['attention-distance', 'vit', { images: 16 }],
    ['receptive-field', 'replk3', { images: 16 }],
  ] as const)('%s of %s, %j', async (kind, name, params) => {
    const { client, datasetId, broken } = await setUp()
    const { id: modelId } = await client.models.add({ path: sampleModel(name) })
    const { id, job } = await runStudy(client, { kind, datasetId, modelIds: [modelId], params })
    expect(job?.progress).toMatchObject({ done: 16, failed: 1 })
    const { tables, state, complete, answers, provenance } = await client.studies.result({ id })
    expect([state, complete, answers]).toEqual(['failures', false, { measured: 15, failed: 1, of: 16 }])
    expect(provenance.filter((line) => line.includes('1 of 16 images left out'))).toEqual([
      expect.stringContaining(broken),
    ])
    const counted = tables.flatMap(({ rows }) => rows.map((row) => row['n'] ?? row['images']))
    expect(new Set(counted)).toEqual(new Set([15]))
  })

  it('the gallery, also with an image whose class a model does not know', async () => {
    const { client, datasetId, folder } = await setUp()
    const { id: modelId } = await client.models.add({ path: sampleModel('replk3') })
    const { labels } = await client.models.labels({ id: modelId })
    const list = join(folder, 'labels.txt')
    writeFileSync(list, [...labels.slice(0, -1), 'unheard of'].join('\n'))
    await client.models.update({ id: modelId, labels: list })
    const params = { images: 16, methods: ['gradient'], target: 'true' }
    const { id, job } = await runStudy(client, {
      kind: 'saliency-gallery',
      datasetId,
      modelIds: [modelId],
      params,
    })
    expect(job?.progress.failed).toBe(2)
    const { state, answers, provenance, tables } = await client.studies.result({ id })
    expect([state, answers]).toEqual(['failures', { measured: 14, failed: 2, of: 16 }])
    expect(provenance.filter((line) => line.includes('1 of 16 images left out'))).toHaveLength(2)
    expect(tables.find((table) => table.id === 'concentration')?.rows[0]?.['images']).toBe(14)
  })
})

it('attention distances give the number of images where fewer are sampled than asked for', async () => {
  const { client, datasetId } = await setUp()
  const { id: modelId } = await client.models.add({ path: sampleModel('vit') })
  const { id } = await runStudy(client, {
    kind: 'attention-distance',
    datasetId,
    modelIds: [modelId],
    params: { images: 64 },
  })
  expect((await client.studies.result({ id })).provenance).toContain('16 images drawn with seed 0.')
})
