import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel } from './sample.ts'
import { freshWorkspace } from './workspace.ts'

/** The sample's images with its classes counted from `first`, and two models: one of them with these numbers among its labels. */
async function counted(first: number, classes?: number) {
  const { folder, engine, client } = await freshWorkspace()
  const images = sampleImages(folder, 1, classes)
  const names = readdirSync(images).sort()
  for (const [at, name] of names.entries())
    cpSync(join(images, name), join(folder, 'numbers', String(at + first)), { recursive: true })
  const datasetId = await addDataset(client, join(folder, 'numbers'))
  const [own = 0, other = 0] = await Promise.all(
    ['replk3', 'resnet'].map(async (name) => (await client.models.add({ path: sampleModel(name) })).id),
  )
  const { labels } = await client.models.labels({ id: own })
  const numbered = labels.map((label, at) => `${label} | ${at + first}`)
  await client.models.setLabels({ modelIds: [own], labels: { kind: 'names', names: numbered } })
  return { engine, client, datasetId, own, other }
}

describe('classes that are numbers counted from 1', () => {
  const few = { methods: ['gradient'], images: 2, target: 'true' }
  it.each([
    ['transfer-attack', { attack: 'pgd', epsilons: [0.03], iterations: 1 }, 'surrogate'],
    ['salient-patch-drop', { source: 'gradient', percents: [50], modes: ['salient'] }, 'model'],
    ['map-scores', { ...few, steps: 2, cascade: 0 }, null],
    ['saliency-gallery', few, null],
    ['clean-accuracy', {}, null],
  ])('are refused of every model whose labels %s reads', async (kind, params, named) => {
    const { client, datasetId, own, other } = await counted(1)
    const problem = {
      code: 'STUDY_LABELS',
      message: expect.stringMatching(/numbers that do not count the 16 outputs of .*, which are 0 to 15$/),
      hint: expect.stringContaining('give each label its number'),
    }
    const input =
      named === null
        ? { kind, datasetId, modelIds: [other], params }
        : { kind, datasetId, modelIds: [own], params: { ...params, [named]: other } }
    const { warnings } = await client.studies.check(input)
    expect(warnings.filter(({ code }) => code === 'STUDY_LABELS')).toEqual([expect.objectContaining(problem)])
    const { job } = await client.studies.run(input)
    expect(await jobEnd(client, job?.id ?? 0)).toMatchObject({ state: 'failed', problem })
  })

  it('are no true classes of an image, alone either', async () => {
    const { client, datasetId, own, other } = await counted(1)
    const { rows } = await client.datasets.images({ datasetId, filter: {}, after: null, limit: 1 })
    const ask = async (modelId: number) => {
      const identity = '{"op":"identity"}'
      const found = await client.datasets.ask({ imageId: rows[0]?.id ?? 0, modelId, transform: identity })
      return found.trueRank
    }
    expect([await ask(own), await ask(other)]).toEqual([expect.any(Number), null])
  })
})

describe('classes that are numbers', () => {
  it('from 0 are those of outputs, of which nothing needs to be said', async () => {
    const { client, datasetId, own, other } = await counted(0)
    const params = { attack: 'pgd', epsilons: [0.03], iterations: 1, surrogate: other }
    const input = { kind: 'transfer-attack', datasetId, modelIds: [own], params }
    expect((await client.studies.check(input)).warnings).toEqual([])
    const { id } = await runStudy(client, input)
    const { complete, provenance } = await client.studies.result({ id })
    expect(complete).toBe(true)
    expect(provenance.join(' ')).not.toContain('are numbers')
  })

  it('and do not say where they begin are taken for those of outputs, which is said', async () => {
    const { client, datasetId, other } = await counted(3, 2)
    const input = { kind: 'clean-accuracy', datasetId, modelIds: [other], params: {} }
    const { labels } = await client.models.labels({ id: other })
    const assumed = new RegExp(`lasses of numbers are numbers without a 0.*: class 3 is “${labels[3]}”`)
    const { warnings } = await client.studies.check(input)
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(assumed)])
    const { id } = await runStudy(client, input)
    const { provenance } = await client.studies.result({ id })
    expect(provenance.filter((line) => assumed.test(line))).toHaveLength(1)
  })
})
