import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages } from './sample.ts'

const folder = temporaryFolderOfFile()
const fixtures = join(import.meta.dirname, '../onnx/fixtures')
let engine: Engine
let datasetId: number
const ids: Record<string, number> = {}

beforeAll(async () => {
  engine = await createEngine()
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const images = sampleImages(folder, 2, 2)
  datasetId = await addDataset(client, images)
  const known = readdirSync(images)
  const nets = [
    ['half', 'float16/resnet.onnx', 10, 32],
    ['whole', 'resnet.onnx', 10, 32],
    ['qdq', 'quantised/qdq.onnx', 5, 16],
    ['dynamic', 'quantised/dynamic_residual.onnx', 5, 16],
  ] as const
  for (const [name, file, classes, side] of nets) {
    const path = join(folder, `${name}.onnx`)
    cpSync(join(fixtures, file), path)
    const labels = Array.from({ length: classes }, (_, index) => known[index] ?? `none ${index}`)
    const size = [side, side]
    const preprocessing = {
      size,
      resize: 'squash',
      interpolation: 'bilinear',
      mean: [0, 0, 0],
      std: [1, 1, 1],
    }
    writeFileSync(path.replace('.onnx', '.json'), JSON.stringify({ title: name, labels, preprocessing }))
    ids[name] = (await client.models.add({ path })).id
  }
})
afterAll(() => engine.close())

const study = (kind: string, names: string[], params = {}) =>
  runStudy(engine.client, { kind, datasetId, modelIds: names.map((name) => ids[name] ?? 0), params })

/** Precision of the facts' keys of a model, by the operation of the rewrite. */
function precisions(name: string): string[] {
  const { db } = engine.session.open().workspace
  const keys = db
    .prepare<[number], string>(
      'SELECT key FROM variant JOIN model ON model.digest = variant.model_digest WHERE model.id = ?',
    )
    .pluck()
    .all(ids[name] ?? 0)
  return keys.map((key) => {
    const { rewrite, runtime } = JSON.parse(key) as {
      rewrite: { op: string }
      runtime: { precision: string }
    }
    return `${rewrite.op} ${runtime.precision}`
  })
}

describe('a float16 network', () => {
  it('runs studies of predictions, blocks, features and gradients, and says in what', async () => {
    const attack = { attack: 'fgsm', epsilons: [0.01] }
    const all = [
      await study('random-patch-drop', ['half', 'whole'], { patch: 4, percents: [0, 50], repeats: 1 }),
      await study('lesion', ['half', 'whole'], { samples: 1 }),
      await study('feature-variance', ['half', 'whole']),
      await study('adversarial', ['half', 'whole'], attack),
      await study('saliency-gallery', ['half'], { images: 2, methods: ['gradient'] }),
    ]
    const notes = []
    for (const { id } of all) {
      const { state, provenance } = await engine.client.studies.result({ id })
      expect(state).toBe('complete')
      notes.push(provenance.filter((line) => /float16/.test(line)).join(' '))
    }
    expect(notes).toEqual([
      expect.stringContaining('half: its float16 file was run as it is.'),
      expect.stringContaining('predictions without blocks are of a float32 copy with the same weights'),
      expect.stringContaining('features are of a float32 copy with the same weights'),
      expect.stringContaining('gradients are of a float32 copy with the same weights'),
      expect.stringContaining('gradients are of a float32 copy with the same weights'),
    ])
    expect([...new Set(precisions('half'))].sort()).toEqual([
      'lesion float32',
      'none float16',
      'probe float32',
    ])
    expect([...new Set(precisions('whole').map((text) => text.split(' ')[1]))]).toEqual(['float32'])
  })

  it('has the features of the float32 file, up to the rounding of its weights', async () => {
    const { id } = await study('feature-variance', ['half', 'whole'])
    const { figures } = await engine.client.studies.result({ id })
    const [figure] = figures
    const series = figure?.kind === 'lines' ? figure.series : []
    const [half, whole] = series.map(({ points }) => points.map(({ y }) => y ?? NaN))
    expect(half?.length).toBeGreaterThan(3)
    for (const [at, value] of (half ?? []).entries()) expect(value / (whole?.[at] ?? NaN)).toBeCloseTo(1, 2)
  })
})

describe.each(['qdq', 'dynamic'])('a network of int8, %s', (name) => {
  it('runs studies of predictions, blocks and features', async () => {
    const all = [
      await study('random-patch-drop', [name], { patch: 4, percents: [0, 50], repeats: 1 }),
      await study('lesion', [name], { samples: 1 }),
      await study('feature-variance', [name]),
    ]
    for (const { id } of all) {
      const { state, provenance } = await engine.client.studies.result({ id })
      expect(state).toBe('complete')
      expect(provenance.join(' ')).toContain(`${name}: its int8 file was run as it is`)
    }
    expect(new Set(precisions(name).map((text) => text.split(' ')[1]))).toEqual(new Set(['int8']))
  })

  it.each(['adversarial', 'saliency-gallery', 'receptive-field'])(
    'is refused by %s before it starts, with the operator; the form is warned',
    async (kind) => {
      const input = { kind, datasetId, modelIds: [ids[name] ?? 0], params: {} }
      const before = (await engine.client.studies.list()).length
      const refusal = expect.objectContaining({
        code: 'MODEL_UNSUPPORTED',
        message: expect.stringMatching(
          new RegExp(`^${name} gives no gradient to the image: node .*Quantize`),
        ),
      })
      await expect(engine.client.studies.run(input)).rejects.toEqual(refusal)
      expect((await engine.client.studies.check(input)).warnings).toContainEqual(refusal)
      expect(await engine.client.studies.list()).toHaveLength(before)
    },
  )
})

it('computes images of a network whose scales are of a whole call one by one', () => {
  const { db } = engine.session.open().workspace
  const batch = (name: string) =>
    db
      .prepare<[number], number | null>(
        `SELECT max(batch) FROM variant JOIN model ON model.digest = variant.model_digest WHERE model.id = ?`,
      )
      .pluck()
      .get(ids[name] ?? 0)
  expect(batch('dynamic')).toBe(1)
  expect(batch('qdq')).toBeGreaterThan(1)
})
