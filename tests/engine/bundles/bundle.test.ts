import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { openBundle } from '#engine/bundles/index.ts'
import { tmpdir } from 'node:os'
import { addDataset, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'
import { bundleOf, forge, verify as verdictOf } from './forge.ts'

let engine: Engine
let folder: string
let images: string
let studyId: number
let bundle: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  images = sampleImages(folder, 1)
  const datasetId = await addDataset(engine.client, images)
  const { id } = await engine.client.models.add({ path: sampleModel('replk3') })
  const params = { percents: [0, 50], repeats: 1, seed: 7 }
  const study = await runStudy(engine.client, {
    kind: 'random-patch-drop',
    params,
    modelIds: [id],
    datasetId,
  })
  studyId = study.id
  bundle = await make('bundle.zip')
}, 120_000)
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

async function make(name: string, of = studyId): Promise<string> {
  return bundleOf(engine, of, join(folder, name))
}

const verify = (path: string, options: { sample?: number; folders?: string[] } = {}, on = engine) =>
  verdictOf(on, path, { sample: 8, ...options })

/** Writes a copy of the bundle with changed facts. */
const forged = (name: string, change: (facts: string) => string) =>
  forge(bundle, join(folder, name), { 'facts.csv': change })

/** Rendering and models start cold, on a machine that may have other work. */
const patient = { timeout: 120_000 }

describe('a bundle', patient, () => {
  it('has the same bytes every time', async () => {
    const again = await make('again.zip')
    expect(readFileSync(again).equals(readFileSync(bundle))).toBe(true)
  })

  it('names models, conditions and images, and nothing of this machine', async () => {
    const { manifest, study, archive, close } = await openBundle(bundle)
    expect(manifest.study).toMatchObject({
      kind: 'random-patch-drop',
      params: { percents: [0, 50], seed: 7 },
    })
    expect(manifest.models.map(({ title, file }) => [title, file])).toEqual([['RepLK-3', 'replk3.onnx']])
    expect(manifest.counts).toEqual({ facts: 32, measurements: 0, images: 16 })
    expect(study.figures.map(({ id }) => id)).toEqual(['random-drop'])
    for (const { name } of manifest.files) {
      const text = (await archive.read(name, 1e9)).toString('latin1')
      expect(text.includes(folder), name).toBe(false)
    }
    expect(manifest.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'README.txt',
        'draws.json',
        'facts.csv',
        'figures/random-drop.pdf',
        'study.json',
        'tables/accuracy.tex',
      ]),
    )
    close()
  })

  it('is shown without entering the workspace', async () => {
    const before = await engine.client.studies.list()
    const opened = await engine.client.bundles.open({ path: bundle })
    expect(opened.study.title).toBe('Random patch drop')
    expect(opened.models.map(({ here }) => here)).toEqual([true])
    expect(opened.tables[0]?.rows.length).toBeGreaterThan(0)
    expect(await engine.client.studies.list()).toEqual(before)
    await expect(engine.client.bundles.open({ path: 'bundle.zip' })).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('checking a bundle', patient, () => {
  it('gives bit-identical results where model, images and runtime are the same', async () => {
    expect(await verify(bundle)).toMatchObject({
      verdict: 'agrees',
      facts: 32,
      sampled: 8,
      checked: 8,
      identical: 8,
      largest: 0,
      disagreeing: [],
      unchecked: [],
    })
  })

  it('finds changed facts even where the digests fit', async () => {
    const path = await forged('forged.zip', (facts) =>
      facts.replace(/^(\d+,\d+,[0-9a-f]{64},[^,]*),(\d+),/gm, (_, key: string, predicted: string) => {
        return `${key},${(Number(predicted) + 1) % 16},`
      }),
    )
    const verdict = await verify(path)
    expect(verdict.verdict).toBe('disagrees')
    expect(verdict.disagreeing).toHaveLength(8)
    for (const { stored, found } of verdict.disagreeing)
      expect((found.predicted + 1) % 16).toBe(stored.predicted)
  })

  it('finds a probability that was changed by more than the tolerance', async () => {
    const path = await forged('polished.zip', (facts) =>
      facts.replace(/^((?:[^,]*,){7})([\d.e-]+)/gm, (_, key: string, confidence: string) => {
        return `${key}${Math.min(1, Number(confidence) + 0.01)}`
      }),
    )
    const verdict = await verify(path)
    expect(verdict.verdict).toBe('disagrees')
    expect(verdict.largest).toBeCloseTo(0.01, 4)
  })

  it('needs no workspace where a folder has the files', async () => {
    const bare = await createEngine()
    try {
      const models = join(folder, 'elsewhere')
      mkdirSync(models, { recursive: true })
      cpSync(sampleModel('replk3'), join(models, 'renamed.onnx'))
      const found = await verify(bundle, { folders: [models, images] }, bare)
      expect(found.parts.filter(({ how }) => how === 'differs')).toEqual([])
      expect(found).toMatchObject({ verdict: 'agrees', checked: 8 })
    } finally {
      await bare.close()
    }
  })

  it('never counts what it cannot check as agreement', async () => {
    const bare = await createEngine()
    try {
      const verdict = await verify(bundle, {}, bare)
      // Its numbers follow from its facts, and nothing says whether the facts are true.
      expect(verdict).toMatchObject({ verdict: 'partly', checked: 0 })
      expect(verdict.parts).toContainEqual(
        expect.objectContaining({ part: 'model RepLK-3', how: 'read', detail: 'its file is not at hand' }),
      )
      expect(verdict.unchecked).toEqual([{ reason: 'the model is not at hand: RepLK-3', n: 8 }])
      const models = join(folder, 'only-model')
      mkdirSync(models, { recursive: true })
      cpSync(sampleModel('replk3'), join(models, 'model.onnx'))
      expect((await verify(bundle, { folders: [models] }, bare)).unchecked).toEqual([
        { reason: 'the image is not at hand', n: 8 },
      ])
    } finally {
      await bare.close()
    }
  })

  it('repeats attacks from their seeds, with images and model found by their digests', async () => {
    const { modelIds, datasetId } = await engine.client.studies.get({ id: studyId })
    const attacked = await runStudy(engine.client, {
      kind: 'adversarial',
      params: { attack: 'pgd', epsilons: [0.008], steps: [2], seed: 5 },
      modelIds,
      datasetId,
    })
    const path = await bundleOf(engine, attacked.id, join(folder, 'attacked.zip'))
    const verdict = await verify(path, { sample: 1000 })
    // Clean images, attacked ones, ones with a random sign, and ones of the one-step attack that checks the attack.
    expect(verdict).toMatchObject({
      verdict: 'agrees',
      checked: verdict.facts,
      disagreeing: [],
      unchecked: [],
    })
    expect(verdict.facts).toBe(64)
    expect(verdict.largest).toBeLessThan(1e-5)
  })

  it('replays its draws, and gives the reason where they cannot be read', async () => {
    const { modelIds, datasetId } = await engine.client.studies.get({ id: studyId })
    const draws = join(folder, 'draws.json')
    await engine.client.studies.draws({ id: studyId, path: draws })
    const { digest } = await engine.client.studies.importDraws({ path: draws })
    const params = { percents: [0, 50], repeats: 1, draws: digest }
    const replayed = await runStudy(engine.client, {
      kind: 'random-patch-drop',
      params,
      modelIds,
      datasetId,
    })
    const path = await make('replayed.zip', replayed.id)
    expect(await verify(path, { sample: 32 })).toMatchObject({
      verdict: 'agrees',
      checked: 32,
      unchecked: [],
    })
    const cut = await forge(path, join(folder, 'cut.zip'), { 'draws.json': (text) => text.slice(0, -20) })
    const verdict = await verify(cut, { sample: 32 })
    expect(verdict).toMatchObject({ verdict: 'disagrees', checked: 16 })
    expect(verdict.parts).toContainEqual(expect.objectContaining({ part: 'draws.json', how: 'differs' }))
    expect(verdict.unchecked).toEqual([
      { reason: expect.stringMatching(/^DRAWS_MALFORMED: invalid draws file: /), n: 16 },
    ])
  })

  it('notices an image that has changed since', async () => {
    const path = join(images, 'aircraft')
    const name = join(path, 'aircraft_000.png')
    const bytes = readFileSync(name)
    writeFileSync(name, Buffer.concat([bytes, Buffer.from([0])]))
    try {
      const { verdict, unchecked, checked } = await verify(bundle, { sample: 32 })
      expect([verdict, checked]).toEqual(['partly', 30])
      expect(unchecked).toEqual([{ reason: 'the image has changed since it was indexed', n: 2 }])
    } finally {
      writeFileSync(name, bytes)
    }
  })
})
