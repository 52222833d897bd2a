import { expect, it } from 'vitest'
import { runStudy } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'

async function setUp() {
  const { client, datasetId, modelIds } = await sampleWorkspace('replk3', 'resnet')
  return {
    client,
    datasetId,
    models: await Promise.all(modelIds.map((id) => client.models.get({ id }))),
    modelIds,
  }
}

it('models with different preprocessing are tested against each other under noise that depends on it', async () => {
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

it('notes that only the first conditions are tested, where there are more', async () => {
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
