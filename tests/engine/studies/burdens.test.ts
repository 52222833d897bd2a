import Database from 'better-sqlite3'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { getModel } from '#engine/models/index.ts'
import { galleryImages, mapsOf } from '#engine/studies/kinds/saliencyGallery/measure.ts'
import { params as galleryParams } from '#engine/studies/kinds/saliencyGallery/params.ts'
import { startEngine } from '../process.ts'
import { memoryBurden, setUp, timeBurden } from './burden.ts'
import { jobEnd, runStudy, type Client } from './sample.ts'
import { examplesOf } from '#engine/facts/index.ts'

/** Expects that the burdened model failed for the white image only, and predicts all others as the model without a burden. */
async function expectOnlyWhiteFailed(client: Client, id: number, code: string): Promise<void> {
  const { conditions, failures } = await client.studies.result({ id })
  expect(failures.map((failure) => ({ code: failure.code, n: failure.n }))).toEqual([{ code, n: 1 }])
  const told = []
  for (const { modelId, key } of conditions) {
    const { rows } = await client.studies.rows({ id, modelId, key })
    told.push(
      rows.map(({ image, predicted, confidence }) => ({
        image,
        predicted,
        confidence: confidence.toFixed(5),
      })),
    )
  }
  expect(told[0]).toHaveLength(16)
  expect(told[0]).toEqual(told[1]?.filter(({ image }) => !image.endsWith('white.png')))
}

it.each([{ batch: 16 }, {}])(
  'a model that runs out of memory continues with smaller batches and gives up the image that never fits (%j)',
  async (overrides) => {
    const folder = temporaryFolder()
    const engine = await createEngine({ overrides })
    onTestFinished(() => engine.close())
    const setting = await setUp(engine.client, folder, memoryBurden)
    const { id } = await runStudy(engine.client, { kind: 'clean-accuracy', ...setting })
    await expectOnlyWhiteFailed(engine.client, id, 'OUT_OF_MEMORY')
  },
)

it.each([{ images: 17 }, { images: 17, order: 'batch-mean' }])(
  'a probed model continues with smaller batches where memory is short (%j)',
  async (params) => {
    const folder = temporaryFolder()
    const engine = await createEngine()
    onTestFinished(() => engine.close())
    const { modelIds, datasetId } = await setUp(engine.client, folder, memoryBurden)
    const countedIn = async (modelId: number | undefined) => {
      const input = { kind: 'feature-variance', datasetId, modelIds: [modelId ?? 0], params }
      const { id } = await runStudy(engine.client, input)
      const { state, provenance, tables } = await engine.client.studies.result({ id })
      return {
        state,
        images: new Set(tables[0]?.rows.map((row) => row['n'])),
        leftOut: provenance.filter((line) => line.includes('1 of 17 images left out')).length,
      }
    }
    expect(await countedIn(modelIds[0])).toEqual({ state: 'failures', images: new Set([16]), leftOut: 1 })
    expect(await countedIn(modelIds[1])).toEqual({ state: 'complete', images: new Set([17]), leftOut: 0 })
  },
)

it('an image that ends the engine whenever it is computed is given up', { timeout: 180_000 }, async () => {
  const folder = temporaryFolder()
  const engineIn = () => startEngine(join(folder, 'state.json'))
  let engine = await engineIn()
  onTestFinished(() => void engine.child.kill('SIGKILL'))
  const { modelIds, datasetId } = await setUp(engine.client, folder, timeBurden)
  await engine.client.system.updateSettings({ batch: 2 })
  const study = await engine.client.studies.run({ kind: 'clean-accuracy', modelIds, datasetId })
  const jobId = study.job?.id ?? 0
  let deaths = 0
  for (;;) {
    const ended = await Promise.race([jobEnd(engine.client, jobId), stuck(folder)])
    if (ended) break
    expect(deaths++).toBeLessThan(8)
    engine.child.kill('SIGSEGV')
    await engine.kill()
    engine = await engineIn()
  }
  expect(deaths).toBeGreaterThan(2)
  await expectOnlyWhiteFailed(engine.client, study.id, 'ENGINE_DOWN')
  await engine.stop()
})

/** Ends, with null, when a batch has been in flight for a second and a half. Others take milliseconds. */
async function stuck(folder: string): Promise<null> {
  const db = new Database(join(folder, 'workspace', 'workspace.sqlite'), { readonly: true })
  try {
    const state = db.prepare(
      'SELECT in_flight, (SELECT sum(facts) FROM prediction) AS facts FROM job WHERE kind = ?',
    )
    let since = performance.now()
    for (let before = ''; ; await delay(100)) {
      const now = JSON.stringify(state.get('study'))
      if (now !== before || now.includes('"in_flight":0')) since = performance.now()
      if (performance.now() - since > 1500) return null
      before = now
    }
  } finally {
    db.close()
  }
}

it('a saliency gallery computes fewer gradients per call where memory is short, and gives up one image', async () => {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  const { modelIds, datasetId } = await setUp(engine.client, folder, memoryBurden)
  const params = { images: 17, methods: ['gradient', 'smoothGrad'], copies: 9 }
  const { id, job } = await runStudy(engine.client, { kind: 'saliency-gallery', modelIds, datasetId, params })
  expect(job?.progress.failed).toBe(2)
  const { state, provenance } = await engine.client.studies.result({ id })
  expect(state).toBe('failures')
  expect(provenance.filter((line) => /1 of 17 images left out/.test(line))).toHaveLength(2)
  const { workspace } = engine.session.open()
  const [burdened, plain] = modelIds.map((modelId) => getModel(workspace.db, modelId))
  if (!burdened || !plain) throw new Error('no models')
  const source = { datasetId, selectedFor: null }
  const chosen = galleryParams.parse(params)
  const examples = examplesOf(await galleryImages(workspace.db, source, chosen))
  for (const name of chosen.methods) {
    const [found, wanted] = [burdened, plain].map((model) =>
      mapsOf(workspace.db, model, name, chosen).vectors(examples),
    )
    expect([found?.size, wanted?.size]).toEqual([16, 17])
    for (const [example, map] of found ?? []) {
      const like = wanted?.get(example) ?? []
      const largest = Math.max(...like)
      const apart = map.map((value, at) => Math.abs(value - (like[at] ?? NaN)))
      expect(Math.max(...apart)).toBeLessThanOrEqual(1e-4 * largest)
    }
  }
})

it('a model that is short of memory gets the images of another model in smaller calls', async () => {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  const { modelIds, datasetId } = await setUp(engine.client, folder, memoryBurden)
  const [hungry = 0, plain = 0] = modelIds
  const params = { attack: 'fgsm', epsilons: [0.01], baseline: false, transfer: true }
  const { id, job } = await runStudy(engine.client, { kind: 'adversarial', modelIds, datasetId, params })
  const { conditions, state } = await engine.client.studies.result({ id })
  expect(state).toBe('failures')
  // The white image fails in the burdened model unchanged and under both attacks; the other model lacks the image made with the burdened one.
  const outcome = (modelId: number, key: string) => {
    const cell = conditions.find((one) => one.modelId === modelId && one.key === key)
    return [cell?.n, cell?.failed]
  }
  const own = conditions.filter(({ key }) => !key.startsWith('transfer')).map(({ key }) => key)
  expect(own.length).toBeGreaterThan(1)
  for (const key of own) {
    expect(outcome(hungry, key)).toEqual([16, 1])
    expect(outcome(plain, key)).toEqual([17, 0])
  }
  expect(outcome(hungry, `transfer,from=${plain}`)).toEqual([16, 1])
  expect(outcome(plain, `transfer,from=${hungry}`)).toEqual([16, 1])
  expect(job?.progress.failed).toBe(4)
})
