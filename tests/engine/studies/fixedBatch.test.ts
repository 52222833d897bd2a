import { describe, expect, it } from 'vitest'
import { fixedModel } from './fixedModel.ts'
import { type Client, runStudy, drawsOf } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'

async function setUp(name: string, batch: number) {
  const { folder, client, datasetId, modelIds } = await sampleWorkspace(name)
  const fixed = await client.models.add({ path: await fixedModel(folder, name, batch), title: 'fixed' })
  return { client, datasetId, free: modelIds[0] ?? 0, fixed: fixed.id }
}

/** The numbers of a study's tables for one model. */
async function numbersOf(
  client: Client,
  input: { kind: string; datasetId: number; modelId: number; params: Record<string, unknown> },
): Promise<number[]> {
  const { kind, datasetId, modelId, params } = input
  const { id, job } = await runStudy(client, { kind, datasetId, modelIds: [modelId], params })
  expect(job?.progress).toMatchObject({ failed: 0 })
  const { tables, complete } = await client.studies.result({ id })
  expect(complete).toBe(true)
  return tables.flatMap(({ rows }) =>
    rows.flatMap((row) => Object.values(row).filter((value) => typeof value === 'number')),
  )
}

describe('a model with a fixed batch size gives the same numbers as one that accepts any, even with an incomplete last batch', () => {
  it.each([
    ['feature-variance', 'replk3', { images: 6, normalise: false }],
    ['feature-variance', 'replk3', { images: 6, normalise: false, order: 'batch-mean' }],
    ['attention-distance', 'vit', { images: 6 }],
    ['receptive-field', 'replk3', { images: 6 }],
    ['saliency-gallery', 'replk3', { images: 2, methods: ['gradient'] }],
    ['adversarial', 'replk3', { attack: 'fgsm', epsilons: [0.01], baseline: false, transfer: false }],
  ] as const)('%s of %s, %j', async (kind, name, params) => {
    const { client, datasetId, free, fixed } = await setUp(name, 5)
    const wanted = await numbersOf(client, { kind, datasetId, modelId: free, params })
    const found = await numbersOf(client, { kind, datasetId, modelId: fixed, params })
    expect(found).toHaveLength(wanted.length)
    expect(wanted.length).toBeGreaterThan(0)
    for (const [at, value] of wanted.entries())
      expect(Math.abs((found[at] ?? NaN) - value)).toBeLessThanOrEqual(1e-4 * Math.abs(value))
  })

  it.each(['gradient', 'attention'])('as the source of salient patches: %s', async (source) => {
    const { client, datasetId, free, fixed } = await setUp('vit', 5)
    const masks = await Promise.all(
      [free, fixed].map(async (model) => {
        const params = { source, model, head: null, percents: [50], modes: ['salient'] }
        const { id } = await runStudy(client, {
          kind: 'salient-patch-drop',
          datasetId,
          modelIds: [free],
          params,
        })
        return await drawsOf(client, id)
      }),
    )
    expect(masks[1]).toBe(masks[0])
  })

  it('as the surrogate of a transfer attack', async () => {
    const { client, datasetId, free, fixed } = await setUp('replk3', 5)
    const params = { attack: 'pgd', epsilons: [0.02], iterations: 2 }
    const numbers = []
    for (const surrogate of [free, fixed])
      numbers.push(
        await numbersOf(client, {
          kind: 'transfer-attack',
          datasetId,
          modelId: free,
          params: { ...params, surrogate },
        }),
      )
    expect(numbers[1]).toEqual(numbers[0])
  })
})
