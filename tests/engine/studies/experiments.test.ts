import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import sharp from 'sharp'
import { z } from 'zod'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { getModel } from '#engine/models/index.ts'
import { studyEvidence } from '#engine/studies/index.ts'
import { sampleStudyImages } from '#engine/studies/measure/sampleImages.ts'
import { storedField } from '#engine/studies/kinds/receptiveField/measure.ts'
import { mapsOf } from '#engine/studies/kinds/saliencyGallery/measure.ts'
import { params as galleryParams } from '#engine/studies/kinds/saliencyGallery/params.ts'
import { regrid } from '#shared/saliency.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

const numbers = z.array(z.number())
const answers = z.object({ predicted: numbers, logit: numbers })
type Answers = z.infer<typeof answers>
const named = z.record(z.string(), answers)
const golden = z
  .object({
    classes: numbers,
    models: z.record(z.string(), z.string()),
    digests: z.array(z.string()),
    noise: z.object({ published: named, equal: named }),
    windows: named,
    salient: z.object({ attention: named, gradient: named }),
    attacks: z.object({ mifgsm: answers, pgd: answers }),
    taig: named,
    field: z.record(z.string(), z.object({ coarse: numbers, sides: z.record(z.string(), z.number()) })),
    gallery: z.record(z.enum(['gradient', 'smoothGrad', 'integratedGradients']), z.array(numbers)),
    batchVariance: numbers,
  })
  .parse(JSON.parse(readFileSync(new URL('goldens/experiments.json', import.meta.url), 'utf8')))
const lesions = z
  .object({ digests: z.array(z.string()), lesion: z.record(z.string(), numbers) })
  .parse(JSON.parse(readFileSync(new URL('goldens/studies.json', import.meta.url), 'utf8')))

/** Every fifth picture: the first of each class. */
const isFirst = (_: unknown, i: number) => i % 5 === 0
const few = golden.digests.filter(isFirst)
const classesOfFew = golden.classes.filter(isFirst)
let folder: string
let engine: Engine
let firsts: number
const models: Record<string, number> = {}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine({ overrides: { provider: 'cpu' } })
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  firsts = await addDataset(engine.client, sampleImages(folder, 1))
  for (const name of ['replk3', 'replk31', 'vit'])
    models[name] = (await engine.client.models.add({ path: sampleModel(name) })).id
}, 120_000)

afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const db = () => engine.session.open().workspace.db

async function run(kind: string, name: string, params: Record<string, unknown>) {
  const modelIds = [models[name] ?? 0]
  return (await runStudy(engine.client, { kind, params, modelIds, datasetId: firsts })).id
}

/** Predictions of a study under a condition, in the order of `few`. */
async function answersOf(id: number, key: string): Promise<Answers> {
  for await (const block of studyEvidence(db(), id)) {
    if (block.key !== key) continue
    const rows = few.map((digest) => block.rows.find(({ image }) => image === digest)?.prediction)
    return {
      predicted: rows.map((row) => row?.predicted ?? -1),
      logit: rows.map((row) => row?.trueLogit ?? NaN),
    }
  }
  throw new Error(`no condition ${key}`)
}

/** What Python has for the first pictures; of the costliest attack it has no others. */
const ofFew = ({ predicted, logit }: Answers = { predicted: [], logit: [] }): Answers =>
  predicted.length === few.length
    ? { predicted, logit }
    : { predicted: predicted.filter(isFirst), logit: logit.filter(isFirst) }

/** Expects the same classes, and logits of the true class that differ by float32 rounding only. */
function same(found: Answers, golden: Answers | undefined) {
  const wanted = ofFew(golden)
  expect(found.predicted).toEqual(wanted.predicted)
  found.logit.forEach((value, i) => expect(Math.abs(value - (wanted.logit[i] ?? NaN))).toBeLessThan(2e-3))
}

/** The sign of a gradient near zero may flip: logits may differ slightly, accuracy by half a point. */
function alike(found: Answers, golden: Answers | undefined) {
  const wanted = ofFew(golden)
  const right = (predicted: number[]) =>
    predicted.filter((value, i) => value === classesOfFew[i]).length / classesOfFew.length
  expect(Math.abs(right(found.predicted) - right(wanted.predicted))).toBeLessThan(0.005)
  const away = found.logit.map((value, i) => Math.abs(value - (wanted.logit[i] ?? NaN)))
  expect(away.reduce((sum, value) => sum + value, 0) / away.length).toBeLessThan(0.02)
}

const relative = (found: ArrayLike<number>, wanted: readonly number[]) => {
  expect(found).toHaveLength(wanted.length)
  const off = wanted.reduce((sum, value, i) => sum + Math.abs((found[i] ?? NaN) - value), 0)
  return off / wanted.reduce((sum, value) => sum + Math.abs(value), 0)
}

describe('against PyTorch and numpy with the same draws (tools/goldens/studies/experiments.py)', () => {
  it('the goldens were made with the models in this repository', () => {
    for (const [name, digest] of Object.entries(golden.models))
      expect(
        createHash('sha256')
          .update(readFileSync(sampleModel(name)))
          .digest('hex'),
      ).toBe(digest)
  })

  it('predictions under band-limited noise are the same, for noise as published and of equal energy', async () => {
    const published = await run('noise-frequency', 'replk3', { centres: [0, 100, 300, 700, 1000] })
    for (const [centre, wanted] of Object.entries(golden.noise.published))
      same(await answersOf(published, `centre=${centre}`), wanted)
    const params = { centres: [200, 800], energy: 'equal', ring: 'round', epsilon: 0.25 }
    const equal = await run('noise-frequency', 'replk3', params)
    for (const [centre, wanted] of Object.entries(golden.noise.equal))
      same(await answersOf(equal, `centre=${centre}`), wanted)
  })

  it('predictions of a model with kernels cut to a window are the same', async () => {
    const id = await run('kernel-size', 'replk31', { sizes: [3, 7, 13] })
    for (const [size, wanted] of Object.entries(golden.windows))
      same(await answersOf(id, `window=${size}`), wanted)
  })

  it('predictions without several blocks are the same', async () => {
    const [model] = [getModel(db(), models['replk3'] ?? 0)]
    const subsets = Object.keys(lesions.lesion).map((key) => key.split(',').map(Number))
    const file = {
      format: 'kernelscope-subsets',
      version: 1,
      models: [{ title: 'net', digest: model.digest, blocks: model.inspection.blocks.length, subsets }],
    }
    writeFileSync(join(folder, 'subsets.json'), JSON.stringify(file))
    const { digest } = await engine.client.studies.importDraws({ path: join(folder, 'subsets.json') })
    const id = await run('lesion', 'replk3', { draws: digest, singles: false })
    const pairs = await answersOf(id, 'n=2,sample=0')
    expect(lesions.digests).toEqual(golden.digests)
    expect(pairs.predicted).toEqual(lesions.lesion['0,2']?.filter(isFirst))
  })

  it.each(['attention', 'gradient'] as const)(
    'predictions without salient and non-salient patches are the same, with saliency from %s',
    async (source) => {
      const model = models[source === 'attention' ? 'vit' : 'replk3']
      const id = await run('salient-patch-drop', 'replk3', { source, model, percents: [0, 25, 55] })
      for (const [key, wanted] of Object.entries(golden.salient[source]))
        same(await answersOf(id, key), wanted)
    },
  )

  it.each(['mifgsm', 'pgd'] as const)('accuracy under %s is the same to half a point', async (attack) => {
    const params = { attack, epsilons: [0.006], steps: [5], baseline: false, transfer: false }
    const id = await run('adversarial', 'replk3', params)
    alike(await answersOf(id, 'epsilon=0.006,steps=5'), golden.attacks[attack])
  })

  it('accuracy on transferred images is the same to half a point: TAIG-S, and TAIG-R with the same noise', async () => {
    const straight = { attack: 'taig-s', surrogate: models['replk3'], epsilons: [0.01], iterations: 4 }
    const id = await run('transfer-attack', 'replk31', straight)
    alike(await answersOf(id, 'epsilon=0.01'), golden.taig['taig-s,epsilon=0.01'])
    const random = { ...straight, attack: 'taig-r', epsilons: [0.03], iterations: 2 }
    const noisy = await run('transfer-attack', 'replk31', random)
    alike(await answersOf(noisy, 'epsilon=0.03'), golden.taig['taig-r,epsilon=0.03'])
  }, 180_000)

  it('the variance of features averaged over the batch is the same to 1e-3', async () => {
    const params = { images: 16, order: 'batch-mean', normalise: false }
    const id = await run('feature-variance', 'replk3', params)
    const rows = (await engine.client.studies.result({ id })).tables[0]?.rows ?? []
    const blocks = rows.filter(({ kind }) => kind === 'block').map(({ variance }) => Number(variance))
    expect(blocks).toHaveLength(golden.batchVariance.length)
    golden.batchVariance.forEach((wanted, at) =>
      expect(Math.abs((blocks[at] ?? NaN) / wanted - 1)).toBeLessThan(1e-3),
    )
  })

  it.each(['replk3', 'replk31'])(
    'the effective receptive field of %s and its areas are the same',
    async (name) => {
      const params = { images: 16, depth: 1, seed: 0 }
      const id = await run('receptive-field', name, params)
      const source = { datasetId: firsts, selectedFor: null }
      const images = await sampleStudyImages(db(), source, params.images, params.seed)
      const found = storedField(db(), images, getModel(db(), models[name] ?? 0), params)
      const wanted = golden.field[name]
      expect(relative(regrid(found?.map ?? [], [96, 96], [12, 12]), wanted?.coarse ?? [])).toBeLessThan(1e-3)
      const [row] = (await engine.client.studies.result({ id })).tables[0]?.rows ?? []
      for (const [threshold, side] of Object.entries(wanted?.sides ?? {}))
        expect(row?.[`side${threshold}`]).toBe(side)
    },
  )

  it('the maps of the saliency gallery are the same for every method', async () => {
    const ids = db()
      .prepare<[number], { id: number; digest: string }>(
        'SELECT i.id, lower(hex(s.digest)) AS digest FROM image i JOIN example s ON s.id = i.example_id WHERE i.dataset_id = ?',
      )
      .all(firsts)
    const imageIds = few.slice(0, 4).map((digest) => ids.find((row) => row.digest === digest)?.id ?? 0)
    const params = { imageIds, copies: 4, steps: 10 }
    const id = await run('saliency-gallery', 'replk31', params)
    expect((await engine.client.studies.result({ id })).complete).toBe(true)
    const examples = imageIds.map((image) =>
      db().prepare<[number], number>('SELECT example_id FROM image WHERE id = ?').pluck().get(image),
    )
    for (const [name, wanted] of Object.entries(golden.gallery)) {
      const method = z.enum(['gradient', 'smoothGrad', 'integratedGradients']).parse(name)
      const model = getModel(db(), models['replk31'] ?? 0)
      const found = mapsOf(db(), model, method, galleryParams.parse(params))
      const maps = found.vectors(examples.flatMap((example) => example ?? []))
      wanted.forEach((cells, at) => {
        const map = maps.get(examples[at] ?? 0) ?? new Float64Array()
        expect(relative(regrid(map, [64, 64], [8, 8]), cells)).toBeLessThan(2e-3)
      })
    }
  })

  it("the gallery shows the model's input pixels, each image beside its own maps", async () => {
    const imageIds = db()
      .prepare<[number], number>('SELECT id FROM image WHERE dataset_id = ? ORDER BY id DESC LIMIT 3')
      .pluck()
      .all(firsts)
    const params = { imageIds, methods: ['gradient'] }
    const id = await run('saliency-gallery', 'replk3', params)
    const [figure] = (await engine.client.studies.result({ id })).figures
    const pictures = figure?.cells?.pictures ?? []
    expect(pictures).toHaveLength(3)
    for (const [at, { row, column, rows, columns, png }] of pictures.entries()) {
      // Maps of 64 cells with gaps of 3 between them.
      expect({ row, column, rows, columns }).toEqual({ row: at * 67, column: 0, rows: 64, columns: 64 })
      const file = (await engine.client.datasets.image({ id: imageIds[at] ?? 0 })).path
      const [shown, source] = await Promise.all(
        [Buffer.from(png, 'base64'), file].map((from) => sharp(from).removeAlpha().raw().toBuffer()),
      )
      // The pictures of the sample have the size of its models.
      expect(shown?.equals(source ?? Buffer.alloc(0))).toBe(true)
    }
    const values = figure?.cells?.values ?? []
    const first = values.slice(0, figure?.cells?.columns.length)
    expect(first.slice(0, 67).every((value) => value === null)).toBe(true)
    expect(first.slice(67, 131).every((value) => typeof value === 'number')).toBe(true)
  })
})
