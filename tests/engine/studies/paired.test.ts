import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

async function setUp() {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(client, sampleImages(folder, 1))
  const models = []
  for (const name of ['replk3', 'resnet']) models.push(await client.models.add({ path: sampleModel(name) }))
  return { client, datasetId, models, modelIds: models.map(({ id }) => id) }
}

it('models of other recipes are tested against each other under noise that depends on the recipe', async () => {
  const { client, datasetId, models, modelIds } = await setUp()
  const [first, second] = models
  if (!first || !second) throw new Error('no models')
  const preprocessing = { ...second.preprocessing, std: [0.5, 0.5, 0.5] as [number, number, number] }
  await client.models.update({ id: second.id, preprocessing })
  const params = { centres: [200] }
  const { id } = await runStudy(client, { kind: 'noise-frequency', modelIds, datasetId, params })
  const { tests, conditions } = await client.studies.result({ id })
  expect(tests.map(({ key, n }) => [key, n])).toEqual([
    ['clean', 16],
    ['centre=200', 16],
  ])
  const right = (modelId: number) =>
    conditions.find((cell) => cell.modelId === modelId && cell.key === 'centre=200')?.correct ?? NaN
  expect((tests[1]?.onlyA ?? NaN) - (tests[1]?.onlyB ?? NaN)).toBe(right(first.id) - right(second.id))
})

it('says that only the first conditions are tested, where there are more', async () => {
  const { client, datasetId, modelIds } = await setUp()
  const percents = Array.from({ length: 42 }, (_, at) => at)
  const { id } = await runStudy(client, {
    kind: 'random-patch-drop',
    modelIds,
    datasetId,
    params: { percents, repeats: 1 },
  })
  const { tests, provenance } = await client.studies.result({ id })
  expect(tests).toHaveLength(40)
  expect(provenance).toContain('Paired tests: of the first 40 of 42 conditions only.')
})
