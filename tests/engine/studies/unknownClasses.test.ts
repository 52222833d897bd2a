import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'
import { freshWorkspace, sampleWorkspace } from './workspace.ts'

it('images of a class that no model knows change no number of ImageNet-C, intervals among them', async () => {
  const { folder, client } = await freshWorkspace()
  const images = sampleImages(folder, 2, 5)
  const [last = ''] = readdirSync(images).sort().slice(-1)
  cpSync(images, join(folder, 'more'), { recursive: true, filter: (path) => !path.includes(last) })
  cpSync(join(images, last), join(folder, 'more', 'a class of its own'), { recursive: true })
  cpSync(images, join(folder, 'known'), { recursive: true, filter: (path) => !path.includes(last) })
  const modelIds: number[] = []
  for (const name of ['replk3', 'vit'])
    modelIds.push((await client.models.add({ path: sampleModel(name) })).id)
  const params = {
    corruptions: ['gaussian_noise', 'fog'],
    severities: [1, 5],
    jpeg: false,
    baseline: modelIds[1],
  }
  const numbersOf = async (name: string) => {
    const datasetId = await addDataset(client, join(folder, name))
    const { id } = await runStudy(client, { kind: 'imagenet-c', datasetId, modelIds, params })
    const { tables, figures, answers } = await client.studies.result({ id })
    const numbers = JSON.stringify([tables, figures.map(({ series, cells }) => [series, cells])])
    return { answers, numbers: numbers.replaceAll(/"imageId":\d+/g, '') }
  }
  const [more, known] = [await numbersOf('more'), await numbersOf('known')]
  expect([more.answers.of, known.answers.of]).toEqual([2 * 5 * 10, 2 * 5 * 8])
  expect(known.numbers).toContain('"lo":')
  expect(more.numbers).toBe(known.numbers)
})

it.each([
  ['transfer-attack', { attack: 'pgd', epsilons: [0.02], iterations: 1 }, 'surrogate'],
  ['salient-patch-drop', { source: 'gradient', percents: [50], modes: ['salient'] }, 'model'],
])(
  'images of a class that the other model of %s does not know fail, and are not as they were',
  async (...of) => {
    const [kind, params, named] = of
    const { client, datasetId, modelIds } = await sampleWorkspace('replk3', 'resnet')
    const [own = 0, other = 0] = modelIds
    const { labels } = await client.models.labels({ id: other })
    const names = ['none of these', ...labels.slice(1)]
    await client.models.setLabels({ modelIds: [other], labels: { kind: 'names', names } })
    const input = { kind, datasetId, modelIds: [own], params: { ...params, [named]: other } }
    const { warnings } = await client.studies.check(input)
    expect(warnings.map(({ message, hint }) => [message, hint])).toContainEqual([
      expect.stringMatching(/^1 of 16 classes of .* are not among the labels of ResNet-14: /),
      expect.stringContaining('they fail'),
    ])
    const { id } = await runStudy(client, input)
    const { conditions, provenance } = await client.studies.result({ id })
    expect(conditions.map(({ n, failed }) => [n, failed])).toEqual([
      [16, 0],
      [15, 1],
    ])
    expect(provenance).toContainEqual(expect.stringMatching(/^1 of 16 classes of .* of ResNet-14: .*\.$/))
  },
)
