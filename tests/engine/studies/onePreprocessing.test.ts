import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { variantKey } from '#engine/facts/index.ts'
import type { PreprocessingChange } from '#shared/contract/index.ts'
import { shownId } from '#shared/shownModel.ts'
import { cifar10Classes } from '#engine/datasets/kinds/cifar.ts'
import { planStudy } from '#engine/studies/store/plan.ts'
import { settledStudy } from '#engine/studies/store/settled.ts'
import { insertStudy } from '#engine/studies/store/store.ts'
import { studyDefinitions } from '#engine/studies/registry.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'
import { addDataset, runStudy, sampleModel } from './sample.ts'

/** Parameters of studies that have no default here. */
const given: Record<string, (modelId: number, plainId: number) => Record<string, unknown>> = {
  'imagenet-o': (_, validation) => ({ validation }),
  'transfer-attack': (surrogate) => ({ surrogate, attack: 'pgd', epsilons: [0.03], iterations: 1 }),
  'salient-patch-drop': (model) => ({ model, source: 'gradient' }),
}

describe('on images that are cropped already', () => {
  const folder = temporaryFolderOfFile()
  let engine: Engine
  let datasetId: number
  let plainId: number
  let modelIds: number[]

  beforeAll(async () => {
    engine = await createEngine({ overrides: { threads: 1, batch: 4 }, imageWorkers: 1 })
    await engine.client.workspace.create({ path: join(folder, 'workspace') })
    const added = []
    for (const name of ['replk3', 'vit'])
      added.push(await engine.client.models.add({ path: sampleModel(name) }))
    modelIds = added.map(({ id }) => id)
    const [height = 0, width = 0] = added[0]?.preprocessing.size ?? []
    // The models crop, so that an image of their size would lose its border.
    for (const { id, preprocessing } of added) {
      const cropping = { ...preprocessing, resize: 'shorter' as const, resizeTo: width + 8 }
      await engine.client.models.update({ id, preprocessing: cropping })
    }
    const pictures = async (name: string, classes: readonly string[]) => {
      for (const [at, one] of classes.entries()) {
        mkdirSync(join(folder, name, one), { recursive: true })
        const background = { r: 20 * at, g: 255 - 20 * at, b: 90 }
        await sharp({ create: { width, height, channels: 3, background } })
          .png()
          .toFile(join(folder, name, one, '1.png'))
      }
      return addDataset(engine.client, join(folder, name))
    }
    writeFileSync(join(folder, 'real.json'), '[]')
    datasetId = await pictures('cifar', cifar10Classes)
    plainId = await pictures('plain', [...cifar10Classes, 'zebra'])
  }, 60_000)
  afterAll(() => engine.close())

  async function planned(kind: string, preprocessings?: PreprocessingChange[]) {
    const { db } = engine.session.open().workspace
    const params = given[kind]?.(modelIds[0] ?? 0, plainId) ?? {}
    const { id } = insertStudy(
      db,
      await settledStudy(db, { kind, params, modelIds, datasetId, sample: null, preprocessings }),
    )
    return planStudy(db, id).models
  }

  it('is recognised as CIFAR-10, whose images are shown as they are', async () => {
    expect((await engine.client.datasets.get({ id: datasetId })).recognised).toBe('cifar-10')
  })

  // One study measures folders that are named beside them, which no images here are.
  const definitions = studyDefinitions.filter(({ id }) => id !== 'own-conditions')
  const onImages = definitions.filter(({ fromWeights }) => !fromWeights).map(({ id }) => id)

  it.each(onImages)('%s shows a model under every condition with what the study changes', async (kind) => {
    const mean: [number, number, number] = [0.1, 0.2, 0.3]
    const own = await planned(kind)
    const both = await planned(kind, [{}, { mean }])
    expect(both.map(({ model }) => model.id)).toEqual(modelIds.flatMap((id) => [id, shownId(id, 1)]))
    for (const { model, conditions, differences } of both) {
      const changed = differences.length > 0
      expect(changed).toBe(model.id >= shownId(0, 1))
      const before = own.find((one) => one.model.digest === model.digest)
      const wanted = changed ? mean : before?.model.preprocessing.mean
      expect(model.preprocessing.mean).toEqual(wanted)
      for (const { condition } of conditions)
        expect((condition.preprocessing ?? model.preprocessing).mean).toEqual(wanted)
      // Others of the study make images for its transfer check.
      const keys = (of: typeof conditions) =>
        of.map(({ condition }) => condition.key).filter((key) => !key.startsWith('transfer'))
      expect(keys(conditions)).toEqual(keys(before?.conditions ?? []))
    }
  })

  it.each(onImages)('%s shows clean images to a model in the one way', async (kind) => {
    for (const { model, conditions } of await planned(kind)) {
      expect(model.preprocessing).toMatchObject({ resize: 'none', resizeTo: null })
      const unchanged = conditions.filter(
        ({ condition, source }) =>
          source.datasetId === datasetId &&
          (condition.rewrite ?? noRewrite).op === 'none' &&
          condition.transform(0).op !== 'attack',
      )
      for (const { condition } of unchanged) {
        const { preprocessing = model.preprocessing } = condition
        expect([condition.key, preprocessing]).toEqual([condition.key, model.preprocessing])
      }
    }
  })

  it('knows no other interpolation of images that are not resized', async () => {
    const both = await planned('clean-accuracy', [
      { interpolation: 'bilinear' },
      { interpolation: 'bicubic' },
    ])
    const own = await planned('clean-accuracy')
    expect(both.map(({ model }) => model.preprocessing)).toEqual(own.map(({ model }) => model.preprocessing))
  })

  it('shows images of another dataset in the way of that dataset', async () => {
    const found = await planned('imagenet-o')
    const others = found.flatMap(({ conditions }) =>
      conditions.filter(({ source }) => source.datasetId === plainId),
    )
    expect(others.map(({ condition }) => condition.preprocessing?.resize)).toEqual(['shorter', 'shorter'])
  })

  it('files all clean conditions under one variant of each model', async () => {
    const keys = new Map<number, Set<string>>()
    let studies = 0
    for (const { id } of definitions) {
      const models = await planned(id)
      if (models.some(({ conditions }) => conditions.some(({ condition }) => condition.baseline))) studies++
      for (const { model, conditions } of models)
        for (const { condition } of conditions.filter(
          ({ condition: { baseline, readout }, source }) =>
            baseline && !readout && source.datasetId === datasetId,
        )) {
          const { preprocessing = model.preprocessing, rewrite } = condition
          const found = keys.get(model.id) ?? new Set()
          keys.set(model.id, found.add(JSON.stringify(variantKey(model, 'cpu', rewrite, { preprocessing }))))
        }
    }
    expect(studies).toBeGreaterThan(5)
    expect([...keys.values()].map(({ size }) => size)).toEqual([1, 1])
  })

  it('finds the clean facts again in another study, on the page of the image and in the gallery', async () => {
    const { client } = engine
    const input = { modelIds, datasetId, sample: null }
    await runStudy(client, { ...input, kind: 'clean-accuracy', params: {} })
    const cost = await client.studies.cost({ ...input, kind: 'random-patch-drop', params: {} })
    expect(cost.cached).toBe(2 * cifar10Classes.length)
    const { rows } = await client.datasets.images({ datasetId, filter: {}, after: null, limit: 1 })
    const id = rows[0]?.id ?? 0
    const { predictions } = await client.datasets.image({ id })
    expect(predictions.map(({ modelId }) => modelId).sort()).toEqual([...modelIds].sort())
    for (const { modelId, top } of predictions) {
      const asked = await client.datasets.ask({ imageId: id, modelId, transform: '{"op":"identity"}' })
      const smoke = await client.models.smoke({ id: modelId, imageId: id })
      for (const found of [asked.top, smoke.top]) {
        expect(found[0]?.classIndex).toBe(top[0]?.classIndex)
        expect(found[0]?.probability).toBeCloseTo(top[0]?.probability ?? NaN, 5)
      }
    }
  }, 60_000)
})
