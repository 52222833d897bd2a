import { expect, it } from 'vitest'
import { forwardsOfFamilies } from '#engine/studies/measure/gradientForwards.ts'
import { runStudy } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'

/** One image of each of the sample's classes. */
const n = 16

/** Of replk3. */
const gradient = forwardsOfFamilies.RepLKNet ?? 0

async function setUp(...names: string[]) {
  const { client, datasetId, modelIds } = await sampleWorkspace(...names)
  /** Forward passes still to be made, by model. */
  const forwards = async (kind: string, params: Record<string, unknown>, ids = modelIds) => {
    const { work } = await client.studies.cost({ kind, modelIds: ids, datasetId, params })
    return work.map((entry) => [entry.modelId, Math.round(entry.forwards)])
  }
  return { client, datasetId, modelIds, forwards }
}

it('counts every gradient of an attack, once for all steps of a trajectory', async () => {
  const { modelIds, forwards } = await setUp('replk3')
  const [id] = modelIds
  const pgd = { attack: 'pgd', epsilons: [0.01, 0.02], steps: [5, 20], restarts: 3, baseline: false }
  const trajectory = 3 * (20 * gradient + 2)
  expect(await forwards('adversarial', pgd)).toEqual([[id, Math.round(n * (1 + 2 * trajectory))]])
  const fgsm = { attack: 'fgsm', epsilons: [0.01, 0.02, 0.03] }
  expect(await forwards('adversarial', fgsm)).toEqual([[id, Math.round(n * (1 + gradient + 3 + 3))]])
})

it('counts the images made with a surrogate model once for all models', async () => {
  const { modelIds, forwards } = await setUp('replk3', 'resnet')
  const [first, second] = modelIds
  const params = { attack: 'taig-s', epsilons: [0.03], iterations: 20, surrogate: first }
  expect(await forwards('transfer-attack', params)).toEqual([
    [first, Math.round(n * (2 + 20 * 21 * gradient + 1))],
    [second, n * 2],
  ])
})

it('counts the pass that computes saliency', async () => {
  const { modelIds, forwards } = await setUp('replk3', 'resnet', 'saliency')
  const [first = 0, second = 0, saliency] = modelIds
  const shown = [
    [first, 2 * n],
    [second, 2 * n],
  ]
  const params = { percents: [50], modes: ['salient'], model: saliency }
  const own = { ...params, source: 'gradient' }
  expect(await forwards('salient-patch-drop', params, [first, second])).toEqual([...shown, [saliency, n]])
  expect(await forwards('salient-patch-drop', own, [first, second])).toEqual([
    ...shown,
    [saliency, Math.round(n * (forwardsOfFamilies.ViT ?? 0))],
  ])
})

it('counts measurements that are not predictions, until they are stored', async () => {
  const { client, datasetId, modelIds, forwards } = await setUp('replk3')
  const [id] = modelIds
  expect(await forwards('feature-variance', { images: 8 })).toEqual([[id, 8]])
  expect(await forwards('attention-distance', { images: 500 })).toEqual([[id, n]])
  expect(await forwards('receptive-field', { images: 4 })).toEqual([[id, Math.round(4 * gradient)]])
  const gallery = { images: 2, copies: 5, steps: 9 }
  // 1 + 5 + 10 gradients, and outputs of the image for each method and of the start of the path, with the same graph.
  expect(await forwards('saliency-gallery', gallery)).toEqual([[id, Math.round(2 * (16 + 4) * gradient)]])

  await runStudy(client, { kind: 'clean-accuracy', modelIds, datasetId })
  const variance = { kind: 'feature-variance', modelIds, datasetId, params: { images: 8 } }
  expect((await client.studies.cost(variance)).seconds).toBeGreaterThan(0)
  await runStudy(client, variance)
  expect(await client.studies.cost(variance)).toMatchObject({
    answers: 8,
    cached: 8,
    seconds: 0,
    atMost: false,
  })
})

it('counts the answers that the job counts', async () => {
  const { client, datasetId, modelIds } = await sampleWorkspace('replk3')
  for (const [kind, params, atMost] of [
    ['adversarial', { attack: 'fgsm', epsilons: [0.01, 0.02, 0.03] }, false],
    ['strong-attacks', { attacks: ['apgd-ce'], steps: 2, epsilons: [0.01], checks: false }, true],
    ['least-epsilon', { steps: 2, halvings: 1, images: 4 }, true],
    ['saliency-gallery', { methods: ['gradient', 'gradCam'], images: 2 }, false],
    ['map-scores', { methods: ['gradCam'], images: 2, steps: 2, cascade: 0 }, false],
    ['transfer-attack', { attack: 'pgd', epsilons: [0.03], iterations: 1 }, false],
  ] as const) {
    const input = { kind, params: { ...params }, modelIds, datasetId }
    const before = await client.studies.cost(input)
    const { job } = await runStudy(client, input)
    const after = await client.studies.cost(input)
    expect([kind, before, job?.progress, after]).toMatchObject([
      kind,
      { atMost },
      { done: before.answers, total: before.answers },
      { answers: before.answers, cached: before.answers, seconds: 0, atMost: false },
    ])
  }
})

it('is small for every quick look, on a thousand images', async () => {
  const {
    client,
    datasetId,
    modelIds: [first = 0],
  } = await sampleWorkspace('replk31', 'vit')
  const modelIds = [first]
  const number = (value: unknown) => (typeof value === 'number' ? value : Infinity)
  const found: Record<string, number> = {}
  for (const { id, presets, reads } of await client.studies.kinds()) {
    const quick = presets.find((preset) => preset.id === 'quick')
    if (!quick || reads === 'weights') continue
    const { work } = await client.studies.cost({ kind: id, params: quick.params, modelIds, datasetId })
    const images = Math.min(1000, number(quick.images), number(quick.params['images']))
    const forwards = work.reduce((sum, one) => sum + one.forwards, 0)
    found[id] = Math.round((forwards * Math.max(n, images)) / n)
  }
  expect(Object.keys(found).length).toBeGreaterThan(12)
  expect(Object.entries(found).filter(([, forwards]) => forwards > 30_000)).toEqual([])
})
