import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { currentVariant } from '#engine/facts/index.ts'
import { getModel, sessionTimes } from '#engine/models/index.ts'
import { worthATrial } from '#engine/studies/kinds/attacks/adversarial/cleanAlong.ts'
import { Thread } from '#engine/threads/thread.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'
import { storedBits } from './storedBits.ts'

/** 13 images of each of 16 classes, enough for a trial. */
const images = 208
const isClean = (key: string) => key.includes('"op":"identity"')

const root = temporaryFolderOfFile()
let engine: Engine
let datasetId: number
const models: Record<'resnet' | 'vit', number> = { resnet: 0, vit: 0 }
let plain: Map<string, string>

/** An engine with the images and both models. */
async function setUp(name: string) {
  const folder = join(root, name)
  const own = await createEngine()
  await own.client.workspace.create({ path: join(folder, 'workspace') })
  datasetId = await addDataset(own.client, sampleImages(folder, images / 16))
  for (const name of ['resnet', 'vit'] as const)
    models[name] = (await own.client.models.add({ path: sampleModel(name) })).id
  return own
}

beforeAll(async () => {
  const other = await setUp('plain')
  const modelIds = Object.values(models)
  await runStudy(other.client, { kind: 'clean-accuracy', modelIds, datasetId })
  plain = storedBits(other)
  await other.close()
  engine = await setUp('attacked')
})
afterAll(() => engine.close())

const asked = vi.spyOn(Thread.prototype, 'ask')
beforeEach(() => void asked.mockClear())
/** How often inference workers were asked for something. */
const count = (kind: string) => asked.mock.calls.filter(([task]) => task.kind === kind).length

const attack = { attack: 'fgsm', epsilons: [0.01], baseline: false, transfer: false }
const fgsm = (modelId: number, params = {}) => ({
  ...{ kind: 'adversarial', modelIds: [modelId], datasetId, params: { ...attack, ...params } },
})

/** The clean facts of a model that were stored so far. */
const cleanOf = (name: keyof typeof models) => {
  const { digest } = getModel(engine.session.open().workspace.db, models[name])
  const own = (key: string) => isClean(key) && key.includes(digest)
  return [storedBits(engine, (key) => !own(key)), new Map([...plain].filter(([key]) => own(key)))] as const
}

const timesOf = (modelId: number) => {
  const { db } = engine.session.open().workspace
  const variant = currentVariant(db, getModel(db, modelId))
  return [...(variant ? sessionTimes(db, variant.id).keys() : [])].filter((name) => name.startsWith('attack'))
}

describe('clean predictions of an attack', () => {
  it('come with the gradients where a trial finds the same bits, and cost no pass', async () => {
    expect(images).toBeGreaterThanOrEqual(worthATrial)
    const { job } = await runStudy(engine.client, fgsm(models.resnet))
    expect(job?.progress).toMatchObject({ done: 2 * images, total: 2 * images, cacheHits: 0, failed: 0 })
    expect(timesOf(models.resnet)).toEqual(['attack-clean-equal'])
    const [stored, wanted] = cleanOf('resnet')
    expect(stored.size).toBe(images)
    expect(stored).toEqual(wanted)
    // Eight images in a call, and none of the model's own graph.
    expect([count('attack'), count('run')]).toEqual([images / 8, 0])
  })

  it('are counted where they are stored, and only what is missing is computed', async () => {
    const { job } = await runStudy(engine.client, fgsm(models.resnet, { epsilons: [0.02] }))
    expect(job?.progress).toMatchObject({ done: 2 * images, total: 2 * images, cacheHits: images })
    expect([count('attack'), count('run')]).toEqual([images / 8, 0])
  })

  it('have passes of their own where a bit differs', async () => {
    const { job } = await runStudy(engine.client, fgsm(models.vit))
    expect(job?.progress).toMatchObject({ done: 2 * images, total: 2 * images, cacheHits: 0, failed: 0 })
    expect(timesOf(models.vit)).toEqual(['attack-clean-differs'])
    const [stored, wanted] = cleanOf('vit')
    expect(stored).toEqual(wanted)
    expect(count('run')).toBeGreaterThan(0)
  })

  it('are free in the estimate of a model for which they come along', async () => {
    const more = await addDataset(engine.client, sampleImages(join(root, 'more'), 20))
    const forwards = async (modelId: number) => {
      const params = { ...attack, attack: 'mifgsm', steps: [2], epsilons: [0.05] }
      const { work } = await engine.client.studies.cost({ ...fgsm(modelId), datasetId: more, params })
      return work[0]?.forwards
    }
    // Two gradients and a prediction for each image, and a clean prediction where there is none yet.
    expect(await forwards(models.resnet)).toBeCloseTo(320 * (2 * 2.17 + 1), 6)
    expect(await forwards(models.vit)).toBeCloseTo(320 * (2 * 2.1 + 1) + (320 - images), 6)
  })
})
