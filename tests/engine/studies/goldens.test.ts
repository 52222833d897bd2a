import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

const predictions = z.array(z.number())
const golden = z
  .object({
    model: z.object({ name: z.string(), onnx: z.string() }),
    digests: z.array(z.string()),
    classes: predictions,
    clean: predictions,
    patchDrop: z.record(z.string(), predictions),
    lesion: z.record(z.string(), predictions),
    fgsm: z.record(z.string(), predictions),
    pgd: z.record(z.string(), predictions),
    variance: z.array(z.number()),
    kernelDistance: z.array(z.array(z.number())),
  })
  .parse(JSON.parse(readFileSync(new URL('goldens/studies.json', import.meta.url), 'utf8')))

const path = sampleModel(golden.model.name)
let folder: string
let engine: Engine
let datasetId: number
let modelIds: number[]
/** Place of each image in the golden, by image id. */
let place: Map<number, number>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  datasetId = await addDataset(engine.client, sampleImages(folder, 5))
  modelIds = [(await engine.client.models.add({ path })).id]
  const rows = engine.session
    .open()
    .workspace.db.prepare<[], { id: number; digest: string }>(
      'SELECT i.id, lower(hex(s.digest)) AS digest FROM image i JOIN example s ON s.id = i.example_id',
    )
    .all()
  place = new Map(rows.map(({ id, digest }) => [id, golden.digests.indexOf(digest)]))
})

afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Predicted classes of one cell in the golden's order. */
async function predicted(id: number, key: string): Promise<number[]> {
  const { rows } = await engine.client.studies.rows({ id, modelId: modelIds[0] ?? 0, key })
  const found = new Array<number>(golden.digests.length).fill(-1)
  for (const row of rows) found[place.get(row.imageId) ?? -1] = row.predicted
  return found
}

const run = async (kind: string, params: Record<string, unknown>) =>
  (await runStudy(engine.client, { kind, params, modelIds, datasetId })).id
const accuracy = (found: number[]) =>
  found.filter((value, i) => value === golden.classes[i]).length / found.length

describe('against PyTorch in float64', () => {
  it('the goldens were made with the model and the images in this repository (tools/goldens/studies/make.py)', () => {
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(golden.model.onnx)
    expect([...place.values()].sort((a, b) => a - b)).toEqual(golden.digests.map((_, i) => i))
  })

  it('clean predictions are the same', async () => {
    expect(await predicted(await run('clean-accuracy', {}), 'clean')).toEqual(golden.clean)
  })

  it('predictions under the same masks are the same', async () => {
    const id = await run('random-patch-drop', { percents: [30, 60], repeats: 1, seed: 0 })
    for (const [level, wanted] of Object.entries(golden.patchDrop)) {
      const [percent, repeat] = level.split('/')
      expect(await predicted(id, `percent=${percent},repeat=${repeat}`)).toEqual(wanted)
    }
  })

  it('predictions without one block are the same', async () => {
    const id = await run('lesion', { samples: 1, step: 20 })
    for (const block of [0, 1, 2, 3, 4])
      expect(await predicted(id, `without=${block + 1}`)).toEqual(golden.lesion[String(block)])
    // The key of older versions, which count blocks from 0, leads to the same images.
    expect(await predicted(id, 'block=0')).toEqual(golden.lesion['0'])
  })

  it('accuracy under FGSM is within half a point', async () => {
    const id = await run('adversarial', { attack: 'fgsm', epsilons: [0.01, 0.03, 0.1], baseline: false })
    for (const [epsilon, wanted] of Object.entries(golden.fgsm)) {
      const found = accuracy(await predicted(id, `epsilon=${epsilon},steps=1`))
      expect(Math.abs(found - accuracy(wanted))).toBeLessThan(0.005)
    }
  })

  it('accuracy under PGD without a random start is within half a point', async () => {
    const params = {
      attack: 'pgd',
      epsilons: [0.004, 0.008],
      steps: [5],
      randomStart: false,
      baseline: false,
    }
    const id = await run('adversarial', params)
    for (const [epsilon, wanted] of Object.entries(golden.pgd)) {
      const found = accuracy(await predicted(id, `epsilon=${epsilon},steps=5`))
      expect(Math.abs(found - accuracy(wanted))).toBeLessThan(0.005)
    }
  })

  it('the variance of features is the same to 1e-3', async () => {
    const id = await run('feature-variance', { images: 80, normalise: false })
    const rows = (await engine.client.studies.result({ id })).tables[0]?.rows ?? []
    expect(rows).toHaveLength(golden.variance.length)
    golden.variance.forEach((wanted, layer) =>
      expect(Math.abs(Number(rows[layer]?.['variance']) / wanted - 1)).toBeLessThan(0.001),
    )
  })

  it('kernel attention distances are the same to 1e-5', async () => {
    const { layers } = await engine.client.models.kernels({ path })
    const mixing = layers.filter(({ stride, kernel }) => stride === 1 && kernel === 3)
    expect(mixing).toHaveLength(golden.kernelDistance.length)
    golden.kernelDistance.forEach((wanted, layer) =>
      wanted.forEach((value, channel) =>
        expect(Math.abs((mixing[layer]?.distance[channel] ?? NaN) - value)).toBeLessThan(1e-5),
      ),
    )
  })
})
