import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { addDataset, runStudy, sampleImages, sampleModel, drawsOf } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'

const sampleMasks = fileURLToPath(new URL('../../../resources/sample/masks/val', import.meta.url))

async function setUp() {
  const { folder, engine, client, datasetId, modelIds } = await sampleWorkspace('replk3')
  const run = async (kind: string, params: Record<string, unknown>) => {
    const { id, job } = await runStudy(client, { kind, datasetId, modelIds, params })
    return { id, progress: job?.progress }
  }
  return { folder, engine, client, datasetId, modelId: modelIds[0] ?? 0, run }
}

/** Another label list, with the first two classes swapped. */
async function swapLabels({ client, folder }: Awaited<ReturnType<typeof setUp>>, id: number): Promise<void> {
  const [first = '', second = '', ...others] = (await client.models.labels({ id })).labels
  const list = join(folder, 'labels.txt')
  writeFileSync(list, [second, first, ...others].join('\n'))
  await client.models.update({ id, labels: list })
}

describe('transfers are measured again', () => {
  const params = { attack: 'pgd', epsilons: [0.02], iterations: 2 }

  it('when the preprocessing of the surrogate changes, and with other pictures', async () => {
    const { client, folder, run } = await setUp()
    const surrogate = await client.models.add({ path: sampleModel('resnet') })
    const transfer = () => run('transfer-attack', { ...params, surrogate: surrogate.id })
    const pictures = () => readdirSync(join(folder, 'workspace', 'adversarial'))
    await transfer()
    expect((await transfer()).progress).toMatchObject({ done: 32, cacheHits: 32 })
    const before = pictures().length
    const { preprocessing } = surrogate
    await client.models.update({
      id: surrogate.id,
      preprocessing: { ...preprocessing, mean: [0.1, 0.2, 0.3] },
    })
    const { id, progress } = await transfer()
    expect(progress).toMatchObject({ done: 32, cacheHits: 16 })
    expect(pictures()).toHaveLength(2 * before)
    expect((await client.studies.result({ id })).complete).toBe(true)
    await client.models.update({ id: surrogate.id, preprocessing })
    expect((await transfer()).progress).toMatchObject({ done: 32, cacheHits: 32 })
  })

  it('when its labels change', async () => {
    const setting = await setUp()
    const { client, run } = setting
    const surrogate = await client.models.add({ path: sampleModel('resnet') })
    const transfer = () => run('transfer-attack', { ...params, surrogate: surrogate.id })
    await transfer()
    await swapLabels(setting, surrogate.id)
    expect((await transfer()).progress).toMatchObject({ done: 32, cacheHits: 16 })
  })
})

describe('salient masks are made again', () => {
  it('when the pictures in their folder change', async () => {
    const { folder, client, run } = await setUp()
    const masks = join(folder, 'masks')
    cpSync(sampleMasks, masks, { recursive: true })
    const salient = () =>
      run('salient-patch-drop', { source: 'masks', masks, percents: [50], modes: ['salient'] })
    const first = await salient()
    expect((await salient()).progress).toMatchObject({ done: 32, cacheHits: 32 })
    for (const name of readdirSync(masks))
      for (const file of readdirSync(join(masks, name))) {
        const path = join(masks, name, file)
        const turned = await sharp(path).negate({ alpha: false }).png().toBuffer()
        writeFileSync(path, turned)
      }
    const second = await salient()
    expect(second.progress).toMatchObject({ done: 32, cacheHits: 16 })
    expect(await drawsOf(client, second.id)).not.toBe(await drawsOf(client, first.id))
  })

  it('when the labels change that choose the gradient', async () => {
    const setting = await setUp()
    const { client, run } = setting
    const { id: model } = await client.models.add({ path: sampleModel('resnet') })
    const salient = () =>
      run('salient-patch-drop', { source: 'gradient', model, percents: [50], modes: ['salient'] })
    await salient()
    expect((await salient()).progress).toMatchObject({ done: 32, cacheHits: 32 })
    await swapLabels(setting, model)
    expect((await salient()).progress).toMatchObject({ done: 48, cacheHits: 16 })
  })
})

it.each([
  ['feature-variance', 'replk3', { images: 8 }],
  ['feature-variance', 'replk3', { images: 8, order: 'batch-mean', batch: 4 }],
  ['representation-similarity', 'replk3', { images: 8, batch: 4 }],
  ['receptive-field', 'replk3', { images: 4 }],
  ['attention-distance', 'vit', { images: 4 }],
])('%s of %s, which reads no class, is complete under any labels (%o)', async (kind, name, params) => {
  const { folder, client, datasetId, modelIds } = await sampleWorkspace(name)
  const run = () => runStudy(client, { kind, datasetId, modelIds, params })
  const { id } = await run()
  const before = await client.studies.result({ id })
  expect(before.complete).toBe(true)
  const list = join(folder, 'labels.txt')
  writeFileSync(list, Array.from({ length: 16 }, (_, at) => `other ${at}`).join('\n'))
  await client.models.update({ id: modelIds[0] ?? 0, labels: list })
  const { tables, figures, complete, provenance } = await client.studies.result({ id })
  expect(complete).toBe(true)
  expect({ tables, figures }).toEqual({ tables: before.tables, figures: before.figures })
  expect(provenance.join()).not.toContain('not measured')
  const { job } = await run()
  expect(job?.progress.cacheHits).toBe(job?.progress.total)
})

it('a finished study says which models got another setup since, and one that was not run says nothing', async () => {
  const setting = await setUp()
  const { client, datasetId, modelId, run } = setting
  const { id } = await run('clean-accuracy', {})
  const other = {
    kind: 'random-patch-drop',
    datasetId,
    modelIds: [modelId],
    params: { percents: [50], repeats: 1 },
  }
  const notRun = await client.studies.store(other)
  const changed = async (study: number) => (await client.studies.result({ id: study })).changed
  expect(await changed(id)).toBeUndefined()
  await swapLabels(setting, modelId)
  expect(await changed(id)).toEqual([
    expect.stringMatching(/^RepLK-3: measured with other labels than now\./),
  ])
  expect(await changed(notRun.id)).toBeUndefined()
  await swapLabels(setting, modelId)
  expect(await changed(id)).toBeUndefined()
  const { preprocessing } = await client.models.get({ id: modelId })
  await client.models.update({ id: modelId, preprocessing: { ...preprocessing, mean: [0.1, 0.2, 0.3] } })
  expect(await changed(id)).toEqual([
    expect.stringMatching(/^RepLK-3: measured with another preprocessing than now\./),
  ])
  await run('clean-accuracy', {})
  expect(await changed(id)).toBeUndefined()
})

it.each([
  ['least-epsilon', { images: 2, steps: 1, halvings: 1 }],
  ['map-scores', { methods: ['gradient'], images: 2, steps: 2, cascade: 0 }],
  ['saliency-gallery', { methods: ['gradient'], images: 2, target: 'true' }],
  ['feature-variance', { images: 8 }],
])('a finished study of %s says so too', async (kind, params) => {
  const setting = await setUp()
  const { client, modelId, run } = setting
  const { id } = await run(kind, params)
  const changed = async () => (await client.studies.result({ id })).changed
  const readsLabels = kind !== 'feature-variance'
  expect(await changed()).toBeUndefined()
  await swapLabels(setting, modelId)
  expect(await changed()).toEqual(
    readsLabels ? [expect.stringMatching(/^RepLK-3: measured with other labels than now\./)] : undefined,
  )
  await swapLabels(setting, modelId)
  const { preprocessing } = await client.models.get({ id: modelId })
  await client.models.update({ id: modelId, preprocessing: { ...preprocessing, mean: [0.1, 0.2, 0.3] } })
  expect(await changed()).toEqual([
    expect.stringMatching(/^RepLK-3: measured with another preprocessing than now\./),
  ])
})

it("the share of patches is averaged over the images of the study, for each model's size", async () => {
  const { folder, client, datasetId, modelId, run } = await setUp()
  const params = { source: 'gradient', percents: [50], modes: ['salient'] }
  await run('salient-patch-drop', params)
  const sampled = await runStudy(client, {
    kind: 'salient-patch-drop',
    datasetId,
    modelIds: [modelId],
    params,
    sample: { perClass: 1, seed: 0 },
  })
  const other = await addDataset(client, sampleImages(join(folder, 'more'), 3))
  await runStudy(client, { kind: 'salient-patch-drop', datasetId: other, modelIds: [modelId], params })
  const { figures } = await client.studies.result({ id: sampled.id })
  const [line] = figures.find(({ id }) => id === 'pixel-share')?.series ?? []
  expect(line?.points.map(({ x, n }) => [x, n])).toEqual([
    [0, undefined],
    [0.5, 16],
  ])
})

it('a picture under attack is computed again when the preprocessing changes', async () => {
  const { client, engine, modelId, run } = await setUp()
  const { id } = await run('adversarial', { attack: 'fgsm', epsilons: [0.1], baseline: false })
  const key = 'epsilon=0.1,steps=1'
  const [row] = (await client.studies.rows({ id, modelId, key })).rows
  const conditionId = Number(
    engine.session
      .open()
      .workspace.db.prepare(`SELECT id FROM condition WHERE transform LIKE '%fgsm%'`)
      .pluck()
      .get(),
  )
  const shownFact = () => client.studies.perturbation({ imageId: row?.imageId ?? 0, modelId, conditionId })
  const before = await shownFact()
  const { preprocessing } = await client.models.get({ id: modelId })
  await client.models.update({
    id: modelId,
    preprocessing: { ...preprocessing, resize: 'shorter', resizeTo: 150 },
  })
  expect(await shownFact()).not.toEqual(before)
})
