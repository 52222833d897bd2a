import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { currentVariant, internVariant, variantKey } from '#engine/facts/index.ts'
import { getModel, setSessionTime } from '#engine/models/index.ts'
import { studyDefinitions, studyEvidence, threadReader, type Reader } from '#engine/studies/index.ts'
import { expectSameApart } from './apart.ts'
import { differentBits, storedBits } from './storedBits.ts'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel } from './sample.ts'

const names = ['replk3', 'vit', 'resnet'] as const
type Name = (typeof names)[number]

interface Place {
  engine: Engine
  datasetId: number
  models: Record<Name, number>
}

let folder: string
let plain: Place
let other: Place
let reader: Reader

async function setUp(name: string, reversed: boolean, options: Parameters<typeof createEngine>[0]) {
  const engine = await createEngine(options)
  await engine.client.workspace.create({ path: join(folder, name, 'workspace') })
  const images = sampleImages(join(folder, name), 2, 4)
  if (reversed) for (const one of readdirSync(images)) reverse(join(images, one))
  const datasetId = await addDataset(engine.client, images)
  const models: Record<Name, number> = { replk3: 0, vit: 0, resnet: 0 }
  for (const one of names) models[one] = (await engine.client.models.add({ path: sampleModel(one) })).id
  return { engine, datasetId, models }
}

/** Renames the files of a folder so that they come in the opposite order. */
function reverse(path: string) {
  for (const [at, file] of readdirSync(path).sort().reverse().entries())
    renameSync(join(path, file), join(path, `r${at}-${file}`))
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  plain = await setUp('plain', false, { overrides: { threads: 1, batch: 16 }, imageWorkers: 1 })
  other = await setUp('other', true, { overrides: { threads: 2, batch: 5 }, imageWorkers: 3 })
  splitFromNowOn(other)
  reader = threadReader(plain.engine.session.open().workspace)
}, 120_000)

/** The graphs that are computed in several sessions, by the names of their times. */
const graphs = [
  ...['pixels', 'floats', 'gated', 'segment', 'mask-1', 'attack'],
  ...['attention-distance', 'class-row', 'feature-sum', 'gradient', 'gram-4', 'variance'].map(probe),
  ...[0.5, 1].map((depth) => probe(`receptive-field-${depth}`)),
  ...['gradient', 'floats', 'relevance+floats'].map((name) => `map-${name}`),
  ...Array.from({ length: 40 }, (_, point) => `map-featureGradient-${point}+floats`),
]

function probe(name: string): string {
  return `probe-${name}`
}

/** Stores times of a trial by which two sessions of one thread each compute. */
function splitFromNowOn({ engine, models }: Place) {
  const { db } = engine.session.open().workspace
  for (const id of Object.values(models)) {
    const variant = internVariant(db, variantKey(getModel(db, id), 'cpu'))
    for (const graph of graphs) {
      setSessionTime(db, variant.id, `${graph} 1x2`, { secondsToOpen: 0, secondsPerImage: 1 })
      setSessionTime(db, variant.id, `${graph} 2x1 of 2`, { secondsToOpen: 0, secondsPerImage: 0.001 })
    }
  }
}

/** Experiments that say last that a graph is computed in several sessions. */
const split = new Set([
  ...['random-patch-drop', 'adversarial', 'lesion'],
  ...['attention-distance', 'feature-variance', 'receptive-field', 'representation-similarity'],
  ...['kernel-robustness', 'saliency-gallery', 'map-scores'],
])

afterAll(async () => {
  await reader.close()
  await plain.engine.close()
  await other.engine.close()
  rmSync(folder, { recursive: true, force: true })
})

type Models = Place['models']
/** Small parameters for every experiment. Without an entry: one ConvNet and default parameters. */
const small: Record<
  string,
  { kind?: string; models?: Name[]; params?: (models: Models) => Record<string, unknown>; shared?: true }
> = {
  'clean-accuracy': { models: ['replk3', 'vit'] },
  'random-patch-drop': { models: ['replk3', 'vit'], params: () => ({ percents: [0, 40, 80], repeats: 2 }) },
  'salient-patch-drop': {
    models: ['replk3', 'resnet'],
    params: ({ vit }) => ({ model: vit, percents: [0, 30, 60] }),
  },
  adversarial: {
    models: ['replk3', 'resnet'],
    params: () => ({ attack: 'pgd', epsilons: [0.004], steps: [1, 3], restarts: 2 }),
  },
  'strong-attacks': {
    models: ['replk3', 'resnet'],
    params: () => ({
      ...{
        norm: 'l2',
        attacks: ['apgd-ce', 'apgd-t', 'cw', 'square'],
        epsilons: [0.2],
        steps: 2,
        restarts: 2,
      },
      ...{ targets: 1, queries: 2, searches: 1, searchSteps: 2 },
    }),
  },
  'least-epsilon': { params: () => ({ images: 8, steps: 3, halvings: 2 }) },
  'transfer-attack': {
    models: ['resnet', 'vit'],
    params: ({ replk3 }) => ({ surrogate: replk3, attack: 'taig-r', epsilons: [0.03], iterations: 1 }),
  },
  // Blocks are gated in one workspace, and what subsets share is computed once in the other.
  lesion: { models: ['replk3', 'resnet'], params: () => ({ samples: 2 }), shared: true },
  'noise-frequency': { models: ['replk3', 'vit'], params: () => ({ centres: [100, 700] }) },
  pipeline: {
    models: ['replk3', 'vit'],
    params: () => ({
      pipeline: {
        steps: [
          { op: 'corruption', name: 'shot_noise', severity: 1 },
          { op: 'bandNoise', epsilon: 0.5 },
        ],
        sweep: { step: 1, parameter: 'severity', values: [2, 4] },
      },
    }),
  },
  'kernel-size': { params: () => ({ sizes: [1] }) },
  'kernel-attention': { params: () => ({ smallest: 3, layers: 'all' }) },
  'attention-distance': { models: ['vit'], params: () => ({ images: 8 }) },
  'feature-variance': { models: ['replk3', 'vit'], params: () => ({ images: 20, normalise: false }) },
  'feature-variance of batches': {
    kind: 'feature-variance',
    models: ['replk3', 'vit'],
    params: () => ({ images: 20, order: 'batch-mean', normalise: false }),
  },
  'receptive-field': { models: ['replk3', 'resnet'], params: () => ({ images: 12 }) },
  'representation-similarity': { models: ['replk3', 'vit'], params: () => ({ images: 8, batch: 4 }) },
  'kernel-robustness': {
    models: ['replk3', 'resnet'],
    params: () => ({ corruptions: ['contrast'], fieldImages: 4 }),
  },
  'saliency-gallery': {
    models: ['replk3', 'resnet'],
    params: () => ({ images: 2, methods: ['gradient', 'smoothGrad'], copies: 4 }),
  },
  'map-scores': {
    models: ['replk3', 'vit'],
    params: () => ({ images: 2, methods: ['gradCam', 'relevance', 'occlusion'], steps: 2, cascade: 1 }),
  },
}

/** Stores times of a trial by which lesions are computed in segments. */
function shareFromNowOn({ engine, models }: Place, name: Name) {
  const { db } = engine.session.open().workspace
  const model = getModel(db, models[name])
  const { id } = currentVariant(db, model) ?? internVariant(db, variantKey(model, 'cpu'))
  setSessionTime(db, id, 'gated', { secondsToOpen: 1, secondsPerImage: 1 })
  setSessionTime(db, id, 'segments-equal', { secondsToOpen: 0, secondsPerImage: 0.1 })
}

/** Runs a study and pauses it again and again. Returns its id, how often it was stopped, and what it said. */
async function runStopping({ client }: Engine, input: Parameters<Engine['client']['studies']['run']>[0]) {
  const study = await client.studies.run(input)
  const jobId = study.job?.id ?? 0
  const notes: string[] = []
  let stops = 0
  let reached = 0
  for await (const job of await client.jobs.watch()) {
    if (job.id !== jobId) continue
    notes.push(job.progress.note)
    if (job.state === 'done' || job.state === 'failed') break
    if (job.state === 'paused') {
      stops++
      await client.jobs.resume({ id: jobId })
    } else if (job.state === 'running' && job.progress.done > reached && stops < 3) {
      reached = job.progress.done
      await client.jobs.pause({ id: jobId }).catch(() => undefined)
    }
  }
  const job = await jobEnd(client, jobId)
  if (job.state !== 'done') throw new Error(`${job.problem?.message}`)
  return { id: study.id, stops, notes }
}

/** Every stored prediction of a study by model, condition and image. */
async function facts({ engine }: Place, id: number) {
  const found = new Map<string, { answer: [number, number | null]; logit: number }>()
  for await (const block of studyEvidence(engine.session.open().workspace.db, id))
    for (const { image, prediction } of block.rows)
      if (prediction)
        found.set(`${block.modelDigest} ${block.key} ${image}`, {
          answer: [prediction.predicted, prediction.trueRank],
          logit: prediction.trueLogit ?? NaN,
        })
  return found
}

/** Pictures stand beside the maps of the first model, which is another one here and there. */
const isPicture = (key: string) => key.includes('"what":"shownPicture"')

/** Every number of a study's tables by the words of its row. */
async function tableNumbers({ engine }: Place, id: number) {
  const { tables, complete } = await engine.client.studies.result({ id })
  expect(complete).toBe(true)
  return new Map(
    tables.flatMap((table) =>
      table.rows.map((row) => {
        const words = table.columns
          .filter(({ kind }) => kind === 'text')
          .map(({ key }) => String(row[key]).replace(/r\d-/, ''))
        // Two models agree whichever comes first.
        if (table.id === 'agreement') words.sort()
        const places = ['layer', 'head', 'place', 'n', 'frequency', 'loss', 'epsilon', 'steps', 'window']
        const place = places.map((key) => row[key] ?? '').join(' ')
        const values = Object.keys(row)
          .filter((key) => key !== 'imageId')
          .sort()
          .flatMap((key) => (typeof row[key] === 'number' ? [row[key]] : []))
        return [`${table.id} ${words.join(' ')} ${place}`, values] as const
      }),
    ),
  )
}

/** Not benchmarks, and not the study of datasets of its own kind, which need other images than these. */
const experiments = studyDefinitions
  .filter(({ id, section, suite }) => /^(4|extra)/.test(section) && !suite && id !== 'own-conditions')
  .map(({ id }) => id)

describe('for any batch size, number of threads and image workers, order of images and models, and with stops', () => {
  let stopped = 0

  it('every experiment has small parameters here', () => {
    expect(experiments.filter((kind) => !(kind in small))).toEqual([])
  })

  it.each(Object.keys(small))(
    '%s stores the same to the bit, and gives the same numbers',
    async (name) => {
      const { kind = name, models: wanted = ['replk3'], params = () => ({}), shared } = small[name] ?? {}
      const input = ({ models, datasetId }: Place, order: Name[]) => ({
        kind,
        datasetId,
        modelIds: order.map((model) => models[model]),
        params: params(models),
      })
      const a = await runStudy(plain.engine.client, input(plain, wanted))
      if (shared) for (const model of wanted) shareFromNowOn(other, model)
      const b = await runStopping(other.engine, input(other, wanted.toReversed()))
      // Not the job's last note: a run that was stopped after its last image finds nothing to do when it goes on.
      const said = b.notes.join()
      if (shared) expect(said).toContain('shared prefixes computed once')
      if (split.has(kind)) expect(said).toContain('2 sessions of 1 thread')
      stopped += b.stops > 0 ? 1 : 0

      await expectSameApart(plain.engine, a.id, reader)
      // What the list shows: a number of every model, whether or not the kind is ranked.
      const { complete, keyNumber } = await plain.engine.client.studies.summary({ id: a.id })
      expect([complete, keyNumber?.values.map(({ modelId }) => modelId)]).toEqual([
        true,
        wanted.map((name) => plain.models[name]),
      ])
      const [here, there] = [storedBits(plain.engine, isPicture), storedBits(other.engine, isPicture)]
      expect(here.size).toBeGreaterThan(0)
      expect(differentBits(here, there)).toEqual([])
      const [one, two] = [await tableNumbers(plain, a.id), await tableNumbers(other, b.id)]
      expect([...two.keys()].sort()).toEqual([...one.keys()].sort())
      for (const [key, values] of one) {
        expect(two.get(key)?.length, key).toBe(values.length)
        values.forEach((value, at) =>
          expect(Math.abs((two.get(key)?.[at] ?? NaN) - value), key).toBeLessThanOrEqual(
            1e-9 * Math.max(1, Math.abs(value)),
          ),
        )
      }
    },
    240_000,
  )

  // How many depends on how often a run tells its progress before it ends.
  it('some of them were stopped', () => {
    expect(stopped).toBeGreaterThan(0)
  })
})

describe('a condition that changes nothing gives the clean prediction', () => {
  const clean = async () => {
    const { engine, datasetId, models } = plain
    const input = { kind: 'clean-accuracy', datasetId, modelIds: [models.replk3] }
    const found = await facts(plain, (await runStudy(engine.client, input)).id)
    return new Map([...found].map(([key, value]) => [key.split(' ').at(-1) ?? '', value]))
  }

  it.each([
    ['random-patch-drop', { percents: [0], repeats: 3 }],
    ['salient-patch-drop', { percents: [0], source: 'gradient' }],
    ['adversarial', { attack: 'fgsm', epsilons: [0] }],
    ['adversarial', { attack: 'fgsm', epsilons: [1e-9], transfer: false }],
    ['adversarial', { attack: 'pgd', epsilons: [1e-9], steps: [2], transfer: false }],
    ['adversarial', { attack: 'mifgsm', epsilons: [1e-9], steps: [2], transfer: false }],
    ['adversarial', { attack: 'pgd', norm: 'l2', epsilons: [1e-9], steps: [2], transfer: false }],
    [
      'strong-attacks',
      { attacks: ['apgd-ce', 'apgd-t', 'square'], epsilons: [1e-9], steps: 2, queries: 2, checks: false },
    ],
    ['transfer-attack', { attack: 'taig-s', epsilons: [1e-9], iterations: 1 }],
    ['noise-frequency', { centres: [500], epsilon: 1e-9 }],
    ['kernel-size', { sizes: [3] }],
  ])('%s with %j', async (kind, params) => {
    const { engine, datasetId, models } = plain
    const wanted = await clean()
    const input = { kind, datasetId, modelIds: [models.replk3], params }
    const found = await facts(plain, (await runStudy(engine.client, input)).id)
    expect(found.size).toBeGreaterThanOrEqual(wanted.size)
    for (const [key, { answer, logit }] of found) {
      const own = wanted.get(key.split(' ').at(-1) ?? '')
      expect(answer).toEqual(own?.answer)
      expect(Math.abs(logit - (own?.logit ?? NaN))).toBeLessThan(1e-4)
    }
  })
})
