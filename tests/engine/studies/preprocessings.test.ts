import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PreprocessingChange, StudyInput } from '#shared/contract/index.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { openBundle } from '#engine/bundles/index.ts'
import { planStudy } from '#engine/studies/store/plan.ts'
import { shownId } from '#shared/shownModel.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'
import { bundleOf, verify } from '../bundles/forge.ts'
import { addDataset, runStudy, sampleImages, sampleModel, type Client } from './sample.ts'

const bilinear: PreprocessingChange = { interpolation: 'bilinear' }
const cropped: PreprocessingChange = {
  name: 'cropped',
  resize: 'shorter',
  crop: 0.8,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
}

describe('preprocessings of a study', { timeout: 120_000 }, () => {
  const folder = temporaryFolderOfFile()
  let engine: Engine
  let client: Client
  let datasetId: number
  /** A transformer with mean and std 0.5, squashed to its input, bicubic. */
  let vit: number
  const images = 8

  beforeAll(async () => {
    engine = await createEngine({ overrides: { threads: 1, batch: 8 } })
    client = engine.client
    await client.workspace.create({ path: join(folder, 'workspace') })
    const originals = sampleImages(folder, 1, images)
    // Larger than the input, so that resize, crop and interpolation change what the model sees.
    for (const name of readdirSync(originals)) {
      mkdirSync(join(folder, 'large', name), { recursive: true })
      for (const file of readdirSync(join(originals, name)))
        await sharp(join(originals, name, file))
          .resize(150, 131, { fit: 'fill' })
          .png()
          .toFile(join(folder, 'large', name, file))
    }
    datasetId = await addDataset(client, join(folder, 'large'))
    const { id, preprocessing } = await client.models.add({ path: sampleModel('vit') })
    vit = id
    const own = { ...preprocessing, resize: 'squash' as const, interpolation: 'bicubic' as const }
    await client.models.update({ id, preprocessing: own })
  }, 60_000)
  afterAll(() => engine.close())

  const input = (kind: string, preprocessings?: PreprocessingChange[]): StudyInput => ({
    kind,
    params: kind === 'random-patch-drop' ? { percents: [0, 50], repeats: 1, patch: 32 } : {},
    modelIds: [vit],
    datasetId,
    sample: null,
    ...(preprocessings ? { preprocessings } : {}),
  })
  const own = () => input('clean-accuracy')
  const rowsOf = async (id: number, modelId: number, key: string) =>
    (await client.studies.rows({ id, modelId, key })).rows

  it('leave studies, pages and the ranking of the model itself as they are', async () => {
    const before = await client.studies.cost(own())
    const { id } = await runStudy(client, input('clean-accuracy', [bilinear]))
    const { conditions } = await client.studies.result({ id })
    expect(conditions).toMatchObject([{ modelId: vit, n: images, unchangedModel: false }])
    expect(await client.studies.find(own())).toBeNull()
    const after = await client.studies.cost(own())
    expect([before.cached, after.cached, after.answers]).toEqual([0, 0, images])
    // The time of a pass is known from the other preprocessing.
    expect([before.seconds, after.seconds]).toEqual([null, expect.any(Number)])
    const { rows } = await client.datasets.images({ datasetId, filter: {}, after: null, limit: 1 })
    expect((await client.datasets.image({ id: rows[0]?.id ?? 0 })).predictions).toEqual([])
    const { metrics } = await client.studies.ranking({ reference: null })
    expect(metrics.map(({ title }) => title)).toEqual(['Clean top-1 · bilinear'])
  })

  it('stand side by side in one study, with tests between them', async () => {
    const { id } = await runStudy(client, input('random-patch-drop', [{}, bilinear, cropped]))
    const result = await client.studies.result({ id })
    const series = [vit, shownId(vit, 1), shownId(vit, 2)]
    expect(result.complete).toBe(true)
    expect(new Map(result.conditions.map(({ modelId, model }) => [modelId, model]))).toEqual(
      new Map([
        [vit, 'ViT-8'],
        [series[1], 'ViT-8 (bilinear)'],
        [series[2], 'ViT-8 (cropped)'],
      ]),
    )
    expect(result.conditions.filter(({ n }) => n === images)).toHaveLength(6)
    expect(new Set(result.tests.map(({ a, b }) => `${series.indexOf(a)}${series.indexOf(b)}`))).toEqual(
      new Set(['01', '02', '12']),
    )
    const said = [
      'Preprocessing: ViT-8 (bilinear): shown with bilinear instead of bicubic.',
      'Preprocessing: ViT-8 (cropped): shown with shorter side 120 instead of squashed to 96x96, ImageNet statistics instead of mean and std 0.5.',
    ]
    for (const line of said) {
      expect(result.provenance).toContain(line)
      for (const { notes } of result.figures) expect(notes).toContain(line)
    }
    // The clean images of "bilinear" were measured by the study before.
    expect(await client.studies.cost(input('clean-accuracy', [bilinear]))).toMatchObject({ cached: images })
    const answers = await Promise.all(series.map((modelId) => rowsOf(id, modelId, 'percent=0,repeat=0')))
    const confidences = answers.map((rows) => rows.map(({ confidence }) => confidence))
    expect(confidences[1]).not.toEqual(confidences[0])
    expect(confidences[2]).not.toEqual(confidences[1])
  })

  it('give the numbers and pictures of the model when it is set to them', async () => {
    const study = await client.studies.find(input('random-patch-drop', [{}, bilinear, cropped]))
    const id = study?.id ?? 0
    const shown = shownId(vit, 2)
    const rows = await rowsOf(id, shown, 'percent=0,repeat=0')
    const { conditions } = await client.studies.result({ id })
    const dropped = conditions.find(({ modelId, key }) => modelId === shown && key !== 'percent=0,repeat=0')
    const [conditionId = 0] = dropped?.conditionIds ?? []
    const imageId = rows[0]?.imageId ?? 0
    const norms = await client.studies.perturbation({ imageId, modelId: shown, conditionId, studyId: id })
    expect(norms).not.toEqual(await client.studies.perturbation({ imageId, modelId: vit, conditionId }))
    const { preprocessing } = await client.models.get({ id: vit })
    const { mean = preprocessing.mean, std = preprocessing.std } = cropped
    // 0.8 of the shorter side is the input of 96 pixels.
    const set = { ...preprocessing, resize: 'shorter' as const, resizeTo: 120, mean, std }
    await client.models.update({ id: vit, preprocessing: set })
    try {
      for (const row of rows.slice(0, 4)) {
        const { top } = await client.datasets.ask({
          imageId: row.imageId,
          modelId: vit,
          transform: '{"op":"identity"}',
        })
        expect(top[0]?.classIndex).toBe(row.predicted)
        expect(top[0]?.probability).toBeCloseTo(row.confidence, 5)
      }
      expect(await client.studies.perturbation({ imageId, modelId: vit, conditionId })).toEqual(norms)
      expect(await client.studies.cost(input('random-patch-drop'))).toMatchObject({ cached: 2 * images })
    } finally {
      await client.models.update({ id: vit, preprocessing })
    }
  })

  it('that are the same for a model are shown once, and the study says so', async () => {
    const asked = [{}, { interpolation: 'bicubic' as const }, bilinear]
    const { id } = await runStudy(client, input('clean-accuracy', asked))
    const { conditions, provenance } = await client.studies.result({ id })
    expect(conditions.map(({ modelId }) => modelId)).toEqual([vit, shownId(vit, 2)])
    expect(provenance).toContain('Preprocessing: bicubic makes no further difference for ViT-8.')
    expect(conditions[0]?.unchangedModel).toBe(true)
    const { metrics, models } = await client.studies.ranking({ reference: null })
    expect(metrics.map(({ title }) => title).filter((title) => title.startsWith('Clean'))).toEqual([
      'Clean top-1',
      'Clean top-1 · bilinear',
    ])
    expect(models.map(({ modelId }) => modelId)).toEqual([vit])
  })

  it('are kept where vectors are measured besides predictions', async () => {
    const asked = { ...input('feature-variance', [{}, bilinear]), params: { images: 4 } }
    const { id } = await runStudy(client, asked)
    const { figures, complete } = await client.studies.result({ id })
    expect(complete).toBe(true)
    const [a, b] = figures[0]?.series ?? []
    expect([a?.name, b?.name]).toEqual(['ViT-8', 'ViT-8 (bilinear)'])
    expect(a?.points.map(({ y }) => y)).not.toEqual(b?.points.map(({ y }) => y))
    const { db } = engine.session.open().workspace
    const shown = planStudy(db, id).models.map(({ model }) => model.preprocessing.interpolation)
    expect(shown).toEqual(['bicubic', 'bilinear'])
  })

  it('make surrogate models of their own in the transfer check of an attack, also for a bundle', async () => {
    const params = { attack: 'fgsm', epsilons: [0.1], baseline: false }
    const sample = { perClass: 1, seed: 0 }
    const { id } = await runStudy(client, { ...input('adversarial', [{}, cropped]), params, sample })
    const { conditions, complete } = await client.studies.result({ id })
    expect(complete).toBe(true)
    const shown = shownId(vit, 1)
    const made = conditions.find(({ modelId, key }) => modelId === vit && key === `transfer,from=${shown}`)
    const [row] = await rowsOf(id, vit, made?.key ?? '')
    const asked = { imageId: row?.imageId ?? 0, modelId: vit, conditionId: made?.conditionIds[0] ?? 0 }
    // Its surrogate is known in the study only.
    expect((await client.studies.perturbation({ ...asked, studyId: id })).linf).toBeCloseTo(0.1, 5)
    await expect(client.studies.perturbation(asked)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    const path = join(folder, 'attack.zip')
    await bundleOf(engine, id, path)
    const { archive, close } = await openBundle(path)
    const manifest = JSON.parse((await archive.read('bundle.json', 1e9)).toString())
    close()
    expect(manifest.study.preprocessings).toEqual([{}, cropped])
    expect(manifest.models).toHaveLength(1)
    expect(await verify(engine, path, { sample: 12 })).toMatchObject({
      verdict: 'agrees',
      checked: 12,
      disagreeing: [],
      unchecked: [],
    })
  })

  it('are refused where no image is shown, and where they say nothing that is known', async () => {
    await expect(client.studies.run(input('kernel-attention', [bilinear]))).rejects.toMatchObject({
      code: 'STUDY_PARAMS',
    })
    await expect(client.studies.run(input('clean-accuracy', [{ resize: 'shorter' }]))).rejects.toThrow()
    const ofBytes = { mean: [123.675, 116.28, 103.53] as [number, number, number] }
    await expect(client.studies.run(input('clean-accuracy', [ofBytes]))).rejects.toMatchObject({
      code: 'USAGE',
    })
    const plain = await client.studies.find(input('clean-accuracy', [{}]))
    expect(plain).toEqual(await client.studies.find(own()))
  })
})
