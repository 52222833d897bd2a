import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'
import { freshWorkspace } from './workspace.ts'

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
