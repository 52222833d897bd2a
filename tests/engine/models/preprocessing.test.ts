import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { knownPreprocessing } from '#engine/models/knownWeights.ts'
import { metadataPreprocessing } from '#engine/models/metadata.ts'
import { guessPreprocessing } from '#engine/models/presets.ts'
import { preprocessing, type PreprocessingTrial } from '#shared/contract/index.ts'
import { isConfirmed, preprocessingState } from '#shared/preprocessing.ts'
import { wilson } from '#shared/maths/wilson.ts'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'
import { freshWorkspace } from '../studies/workspace.ts'

const card = z.looseObject({ labels: z.array(z.string()), preprocessing: z.looseObject({}) })
const sidecar = () =>
  card.parse(JSON.parse(readFileSync(sampleModel('replk3').replace('.onnx', '.json'), 'utf8')))

/** A workspace with images and a copy of a model that has no file beside it, but labels. */
async function bareModel() {
  const made = await freshWorkspace()
  const { folder, client } = made
  const path = join(folder, 'bare.onnx')
  cpSync(sampleModel('replk3'), path)
  const labels = join(folder, 'labels.txt')
  writeFileSync(labels, sidecar().labels.join('\n'))
  const { id } = await client.models.add({ path })
  const model = await client.models.update({ id, labels })
  const datasetId = await addDataset(client, sampleImages(folder, 3))
  return { ...made, path, model, datasetId, beside: path.replace('.onnx', '.json') }
}

describe('where a preprocessing comes from', () => {
  it('is the file beside the model, or a guess, or the user', async () => {
    const { client, model } = await bareModel()
    expect(model.origin).toEqual({ from: 'guess', detail: null, confirmed: null })
    expect(preprocessingState(model.origin)).toBe('assumed')
    const own = await client.models.add({ path: sampleModel('vit') })
    expect(own.origin).toEqual({ from: 'sidecar', detail: 'vit.json', confirmed: null })
    const renamed = await client.models.update({ id: model.id, title: 'Bare' })
    expect(renamed.origin.from).toBe('guess')
    const set = await client.models.update({ id: model.id, preprocessing: own.preprocessing })
    expect(set.origin.from).toBe('user')
    expect(preprocessingState(set.origin)).toBe('known')
  })

  it('may be the metadata of the file, in the form of a sidecar or of timm', () => {
    const values = {
      mean: '[0.5, 0.5, 0.5]',
      std: '(0.25, 0.25, 0.25)',
      interpolation: 'bicubic',
      crop_pct: '0.9',
    }
    const expected = {
      size: [224, 224],
      resize: 'shorter',
      // timm: floor(224 / 0.9)
      resizeTo: 248,
      interpolation: 'bicubic',
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    }
    expect(metadataPreprocessing(values, [224, 224])?.preprocessing).toEqual(expected)
    const whole = { pretrained_cfg: JSON.stringify({ ...expected, crop_pct: 0.9 }) }
    expect(metadataPreprocessing(whole, [224, 224])?.preprocessing).toEqual(expected)
    const own = metadataPreprocessing({ preprocessing: JSON.stringify(expected) }, [224, 224])
    expect(own).toEqual({ entry: 'preprocessing', preprocessing: expected })
    expect(metadataPreprocessing({ mean: values.mean }, [224, 224])).toBeNull()
    expect(metadataPreprocessing({}, [224, 224])).toBeNull()
  })

  it('is refused with a mean of values from 0 to 255, which would leave nothing of an image', async () => {
    const { client, model, path, beside } = await bareModel()
    const mean: [number, number, number] = [123.675, 116.28, 103.53]
    const wrong = { ...model.preprocessing, mean }
    const message = /mean.*values from 0 to 255/
    await expect(client.models.update({ id: model.id, preprocessing: wrong })).rejects.toMatchObject({
      message: expect.stringMatching(message),
    })
    writeFileSync(beside, JSON.stringify({ preprocessing: wrong }))
    await expect(client.models.add({ path })).rejects.toMatchObject({
      code: 'MODEL_MALFORMED',
      message: expect.stringMatching(message),
    })
    const said = { preprocessing: JSON.stringify(wrong) }
    expect(metadataPreprocessing(said, wrong.size)).toBeNull()
  })

  it('names the members of a file beside the model that says neither labels nor preprocessing', async () => {
    const { client, path, beside, model } = await bareModel()
    writeFileSync(beside, JSON.stringify({ title: 'Bare', preprocess: {}, mean: 0.5 }))
    expect((await client.models.sidecar({ id: model.id })).unread).toEqual(['preprocess', 'mean'])
    expect((await client.models.preview({ path })).problems).toEqual([
      'bare.json says neither labels nor preprocessing; not read: preprocess, mean',
    ])
    writeFileSync(beside, JSON.stringify({ epochs: 3, labels: sidecar().labels }))
    expect((await client.models.sidecar({ id: model.id })).unread).toBeUndefined()
  })

  it('may be the table of known weights, where name, family and size fit', () => {
    const name = 'vit_base_patch16_224.augreg_in21k_ft_in1k'
    expect(knownPreprocessing(name, 'ViT', [224, 224])).toMatchObject({
      resizeTo: 248,
      mean: [0.5, 0.5, 0.5],
    })
    expect(knownPreprocessing(name, 'ViT', [32, 32])).toBeNull()
    expect(knownPreprocessing('vit_base', 'ViT', [224, 224])).toBeNull()
    expect(knownPreprocessing('resnetv2_50x1_bit.goog_in21k_ft_in1k', 'BiT', [448, 448])).toMatchObject({
      resize: 'squash',
      interpolation: 'bilinear',
    })
  })

  it('crops no small input when it is guessed', () => {
    expect(guessPreprocessing('ViT', [32, 32])).toMatchObject({ resize: 'squash', resizeTo: null })
    expect(guessPreprocessing('ViT', [224, 224])).toMatchObject({ resize: 'shorter', resizeTo: 248 })
  })

  it('marks every title and caption of a study while it is assumed, and no more once it is set', async () => {
    const { client, model, datasetId } = await bareModel()
    const input = { kind: 'clean-accuracy', params: {}, modelIds: [model.id], datasetId }
    const { id } = await runStudy(client, input)
    const before = await client.studies.result({ id })
    expect(before.conditions.map((cell) => cell.model)).toEqual(['bare*'])
    expect(before.tables[0]?.rows[0]?.['model']).toBe('bare*')
    for (const { notes } of before.figures)
      expect(notes.at(-1)).toMatch(/^\* The preprocessing of bare is assumed \(guessed from family/)
    expect(before.provenance.join()).toContain('(guessed from family and input size)')
    await client.models.update({ id: model.id, preprocessing: model.preprocessing })
    const after = await client.studies.result({ id })
    expect(JSON.stringify(after)).not.toContain('bare*')
    expect(after.conditions[0]?.n).toBe(before.conditions[0]?.n)
  })
})

describe('a trial of candidates', () => {
  it('counts what each gets right, and the best is taken as confirmed', async () => {
    const { client, model, datasetId } = await bareModel()
    const tried = await client.models.try({ ids: [model.id], datasetId, images: 32 })
    const job = await jobEnd(client, tried.jobs[0]?.jobId ?? 0)
    expect(job).toMatchObject({ kind: 'trial', state: 'done', modelId: model.id, datasetId })
    const trial = await client.models.trial({ id: model.id })
    const { candidates = [] } = trial ?? {}
    expect(candidates.length).toBeGreaterThan(8)
    const counts = candidates.map(({ correct }) => correct)
    expect(counts).toEqual(counts.toSorted((a, b) => b - a))
    expect(new Set(candidates.map((one) => JSON.stringify(one.preprocessing))).size).toBe(candidates.length)
    for (const { images, correct, interval } of candidates) {
      expect(images).toBe(32)
      expect(interval).toEqual(wilson(correct, images))
    }
    // The images have the input's size, so that no resize is a candidate.
    expect(candidates.some((one) => one.preprocessing.resize === 'none')).toBe(true)

    // What a candidate got right is what a study finds, image by image.
    const [best] = candidates
    const taken = await client.models.take({ id: model.id })
    expect(taken.preprocessing).toEqual(best?.preprocessing)
    expect(taken.origin).toMatchObject({ from: 'trial', confirmed: { images: 32, correct: best?.correct } })
    expect(preprocessingState(taken.origin)).toBe('confirmed')
    const whole = await client.models.try({ ids: [model.id], datasetId, images: 1000 })
    await jobEnd(client, whole.jobs[0]?.jobId ?? 0)
    const all = await client.models.trial({ id: model.id })
    const current = all?.candidates.find((one) => isDeepStrictEqual(one.preprocessing, taken.preprocessing))
    const { id } = await runStudy(client, {
      kind: 'clean-accuracy',
      params: {},
      modelIds: [model.id],
      datasetId,
    })
    const [cell] = (await client.studies.result({ id })).conditions
    expect(current).toMatchObject({ images: cell?.n, correct: cell?.correct })
  }, 120_000)

  it('is refused where the model knows no class of the dataset, and stores nothing', async () => {
    const { client, folder, model, datasetId } = await bareModel()
    const labels = join(folder, 'others.txt')
    writeFileSync(
      labels,
      sidecar()
        .labels.map((_, at) => `thing ${at}`)
        .join('\n'),
    )
    await client.models.update({ id: model.id, labels })
    const { jobs } = await client.models.try({ ids: [model.id], datasetId })
    const job = await jobEnd(client, jobs[0]?.jobId ?? 0)
    expect(job).toMatchObject({ state: 'failed', problem: { code: 'STUDY_LABELS' } })
    expect(await client.models.trial({ id: model.id })).toBeNull()
    await expect(client.models.take({ id: model.id })).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('a sidecar that comes or changes after the model', () => {
  it('is noticed, says what it would change, and is taken or put aside', async () => {
    const { client, model, beside } = await bareModel()
    const { id } = model
    expect(await client.models.sidecar({ id })).toMatchObject({ state: 'none', path: beside })
    const own = sidecar()
    writeFileSync(beside, JSON.stringify(own))
    const found = await client.models.sidecar({ id })
    expect(found.state).toBe('differs')
    expect(found.changes).toEqual([expect.stringMatching(/^preprocessing: 96x96 as they are/)])
    await client.models.useSidecar({ id, keep: true })
    expect((await client.models.sidecar({ id })).state).toBe('kept')
    expect((await client.models.get({ id })).preprocessing).toEqual(model.preprocessing)
    writeFileSync(beside, JSON.stringify({ ...own, title: 'corrected' }))
    expect((await client.models.sidecar({ id })).state).toBe('differs')
    const taken = await client.models.useSidecar({ id })
    expect(taken.preprocessing).toEqual(preprocessing.parse({ ...own.preprocessing, resizeTo: null }))
    expect(taken.origin).toEqual({ from: 'sidecar', detail: 'bare.json', confirmed: null })
    expect((await client.models.sidecar({ id })).state).toBe('same')
  })

  it.each([
    [
      { preprocessing: { size: [96, 96], resize: 'none', mean: [0, 0, 0], std: [1, 1] } },
      /bare\.json: preprocessing\.std: /,
    ],
    [{ preprocessing: { size: [96], resize: 'none' } }, /bare\.json: preprocessing\.size: /],
    [{ labels: ['a', 3] }, /bare\.json: labels\.1: /],
    [[], /bare\.json: the whole file: /],
  ])('that is not valid names the file and the field: %j', async (content, message) => {
    const { client, model, beside } = await bareModel()
    writeFileSync(beside, JSON.stringify(content))
    const { state, problem } = await client.models.sidecar({ id: model.id })
    expect({ state, code: problem?.code }).toEqual({ state: 'faulty', code: 'MODEL_MALFORMED' })
    expect(problem?.message).toMatch(message)
  })
})

it('tells which studies a model is in, and that its predictions stay when it is removed', async () => {
  const { client, path, model, datasetId } = await bareModel()
  const study = await runStudy(client, {
    kind: 'clean-accuracy',
    params: {},
    modelIds: [model.id],
    datasetId,
  })
  const uses = await client.models.uses({ id: model.id })
  expect(uses).toEqual({ studies: [{ id: study.id, title: study.title, models: 1 }], predictions: 48 })
  await client.models.remove({ id: model.id })
  const again = await client.models.add({ path })
  expect(await client.models.uses({ id: again.id })).toEqual({ studies: [], predictions: 48 })
})

it('lists presets for small inputs', async () => {
  const { client } = await freshWorkspace()
  const presets = await client.models.presets()
  const small = presets.filter((preset) => preset.preprocessing.size[0] === 32)
  expect(small.map(({ id }) => id)).toEqual(expect.arrayContaining(['cifar10', 'cifar100', 'half', 'byte']))
  const { id } = await client.models.add({ path: sampleModel('replk3') })
  for (const preset of await client.models.presets({ modelId: id }))
    expect(preset.preprocessing.size).toEqual([96, 96])
})

describe('whether a trial confirms a candidate', () => {
  const trial = (...correct: number[]): PreprocessingTrial => ({
    datasetId: 1,
    dataset: 'd',
    labelSet: 'own',
    before: guessPreprocessing('ViT', [32, 32]),
    seed: 0,
    classes: 4,
    drawnClasses: 4,
    provider: 'cpu',
    at: 0,
    candidates: correct.map((right) => ({
      title: '',
      preprocessing: guessPreprocessing('ViT', [32, 32]),
      images: 100,
      correct: right,
      failed: 0,
      interval: wilson(right, 100),
    })),
  })

  it('depends on chance and on the best', () => {
    // Wilson's intervals: 30 of 100 is [0.219, 0.396], 80 is [0.711, 0.867], 75 is [0.657, 0.825], 52 is [0.423, 0.615].
    expect(isConfirmed(trial(30), 0)).toBe(false)
    expect([0, 1, 2].map((place) => isConfirmed(trial(80, 75, 52), place))).toEqual([true, true, false])
    expect(isConfirmed(trial(), 0)).toBe(false)
    expect(isConfirmed({ ...trial(80), drawnClasses: 8 }, 0)).toBe(true)
    expect(isConfirmed({ ...trial(80), labelSet: 'order' }, 0)).toBe(false)
    // 35 of 100 is [0.264, 0.447] at 95 %, and [0.232, 0.490] at 99.5 %, the level of one of ten.
    expect(isConfirmed(trial(35), 0)).toBe(true)
    expect(isConfirmed(trial(35, ...Array<number>(9).fill(30)), 0)).toBe(false)
    expect(isConfirmed({ ...trial(80), drawnClasses: 9 }, 0)).toBe(false)
  })
})
