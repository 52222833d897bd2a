import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { addMomentum, fastStep, projectedStep, randomStart } from '#engine/inference/attacks/updates.ts'
import { follow } from '#engine/inference/attacks/trajectory.ts'
import type { Attack } from '#shared/attacks.ts'
import { integratedGradients } from '#engine/inference/attacks/integrated.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'

async function setUp(perClass: number) {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(engine.client, sampleImages(folder, perClass))
  const modelIds = [(await engine.client.models.add({ path: sampleModel('replk3') })).id]
  const facts = async (id: number, key: string) =>
    (await engine.client.studies.rows({ id, modelId: modelIds[0] ?? 0, key })).rows.map(
      ({ imageId, predicted, trueRank }) => [imageId, predicted, trueRank],
    )
  return { engine, datasetId, modelIds, facts }
}

const floats = (...values: number[]) => Float32Array.from(values)

describe('updates of an adversarial image', () => {
  it('FGSM adds epsilon times the sign of the gradient, nothing where it is zero, and stays in [0,1]', () => {
    const x = new Float32Array(4)
    fastStep(x, floats(0.5, 0.5, 0.5, 0.98), floats(3, -1e-9, 0, 1), 0.25)
    expect([...x]).toEqual([...floats(0.75, 0.25, 0.5, 1)])
  })

  it('a projected step stays within epsilon of the image', () => {
    const x = floats(0.5, 0.52, 0.48)
    projectedStep(x, floats(0.5, 0.5, 0.5), floats(1, 1, -1), 0.125, 0.0625)
    expect([...x]).toEqual([...floats(0.5625, 0.5625, 0.4375)])
  })

  it("momentum divides each image's gradient by its own mean magnitude", () => {
    const momentum = floats(0, 0, 1, 1)
    addMomentum(momentum, floats(1, 3, 10, -30), 2)
    expect([...momentum]).toEqual([...floats(0.5, 1.5, 1.5, -0.5)])
  })

  it('a random start is uniform within epsilon', () => {
    const x = new Float32Array(2)
    const draws = [0, 0.75]
    randomStart(x, floats(0.5, 0.5), 0.1, () => draws.shift() ?? 0)
    expect(x[0]).toBeCloseTo(0.4, 6)
    expect(x[1]).toBeCloseTo(0.55, 6)
  })

  it('integrated gradients of a linear function are its terms', async () => {
    const weights = floats(2, -1, 0.5)
    const x = floats(0.2, 0.4, 1)
    const found = await integratedGradients(x, async () => weights, null)
    found.forEach((value, i) => expect(value).toBeCloseTo((weights[i] ?? 0) * (x[i] ?? 0), 6))
  })

  it('integrated gradients of x squared add up to the change from black', async () => {
    const x = floats(0.3, 0.9)
    const found = await integratedGradients(x, async (at) => at.map((value) => 2 * value), null)
    expect(found.reduce((a, b) => a + b, 0)).toBeCloseTo(0.3 ** 2 + 0.9 ** 2, 5)
  })
})

describe('gradients of a trajectory', () => {
  const attack: Attack = {
    ...({
      op: 'attack',
      kind: 'fgsm',
      epsilon: 0.1,
      alpha: 0.02,
      steps: 1,
      seed: 0,
      rounded: false,
    } as const),
    ...{ randomStart: false, restarts: 1, surrogate: null },
  }
  /** How often each gradient is taken. */
  const taken = async (...runs: Partial<Attack>[]) => {
    const counts = { clean: 0, loss: 0, logit: 0, given: 0 }
    const counted = (name: 'clean' | 'loss' | 'logit') => async () => {
      counts[name]++
      return floats(1, -1, 1)
    }
    await follow(
      floats(0.2, 0.5, 0.8),
      ['image'],
      runs.map((own) => ({ ...attack, ...own })),
      0,
      { cleanGradient: counted('clean'), lossGradient: counted('loss'), logitGradient: counted('logit') },
      async () => void counts.given++,
    )
    return Object.values(counts)
  }

  it('FGSM of four sizes takes one, at the image itself', async () => {
    const sizes = [0.1, 0.2, 0.3, 0.4].map((epsilon) => ({ epsilon }))
    expect(await taken(...sizes)).toEqual([1, 0, 0, 4])
  })

  it('steps without a random start take their first one there, others none', async () => {
    expect(await taken({ kind: 'pgd', steps: 5 })).toEqual([1, 4, 0, 1])
    expect(await taken({ kind: 'mifgsm', steps: 2 }, { kind: 'mifgsm', steps: 3 })).toEqual([1, 2, 0, 2])
    expect(await taken({ kind: 'pgd', steps: 5, randomStart: true })).toEqual([0, 5, 0, 1])
    expect(await taken({ kind: 'taig-s', steps: 1 })).toEqual([0, 0, 21, 1])
    expect(await taken({ kind: 'sign' })).toEqual([0, 0, 0, 1])
  })
})

describe('the adversarial study', () => {
  it('lowers accuracy more with a larger epsilon, more than a random sign, and not at epsilon 0', async () => {
    const { engine, datasetId, modelIds } = await setUp(2)
    const params = { attack: 'fgsm', epsilons: [0, 0.03] }
    const { id, job } = await runStudy(engine.client, { kind: 'adversarial', modelIds, datasetId, params })
    expect(job?.progress).toMatchObject({ failed: 0, done: 96 })
    const { conditions } = await engine.client.studies.result({ id })
    const [clean, attacked, sign] = conditions.map(({ correct }) => correct)
    expect(conditions.map(({ key }) => key)).toEqual(['clean', 'epsilon=0.03,steps=1', 'sign,epsilon=0.03'])
    expect(attacked).toBeLessThan(clean ?? 0)
    expect(attacked).toBeLessThan(sign ?? 0)
  })

  it('makes the same images whether a trajectory serves one number of steps or several', async () => {
    const one = await setUp(1)
    const several = await setUp(1)
    const params = { attack: 'pgd', epsilons: [0.01], restarts: 2, baseline: false }
    const a = await runStudy(one.engine.client, {
      kind: 'adversarial',
      modelIds: one.modelIds,
      datasetId: one.datasetId,
      params: { ...params, steps: [3] },
    })
    const b = await runStudy(several.engine.client, {
      kind: 'adversarial',
      modelIds: several.modelIds,
      datasetId: several.datasetId,
      params: { ...params, steps: [1, 2, 3] },
    })
    const key = 'epsilon=0.01,steps=3'
    expect(await several.facts(b.id, key)).toEqual(await one.facts(a.id, key))
  })

  it('compares many steps with FGSM, has a figure for each number of steps, and notes the number of random starts', async () => {
    const { engine, datasetId, modelIds } = await setUp(1)
    const params = {
      attack: 'pgd',
      epsilons: [0.01, 0.02],
      steps: [1, 4],
      randomStart: false,
      restarts: 3,
    }
    const { id } = await runStudy(engine.client, { kind: 'adversarial', modelIds, datasetId, params })
    const { figures, provenance, tables, conditions } = await engine.client.studies.result({ id })
    expect(provenance.join(' ')).toContain('Steps of 0.25 ε, 1 start.')
    expect(figures.map((figure) => [figure.id, figure.title])).toEqual([
      ['attack', 'PGD, 4 steps'],
      ['attack-1-steps', 'PGD, 1 step'],
    ])
    for (const { series } of figures) expect(series[0]?.points.map(({ x }) => x)).toEqual([0, 0.01, 0.02])
    expect(conditions.map(({ key }) => key)).toContain('fgsm,epsilon=0.02')
    expect(tables.find((table) => table.id === 'checks')?.rows.map(({ check }) => check)).toContain(
      'Steps that reach ε do no less harm than one of that size (FGSM), beyond chance',
    )
  })
})

describe('the transfer study', () => {
  it('equals a white-box attack where the model is its own surrogate, and makes its images once', async () => {
    const { engine, datasetId, modelIds } = await setUp(1)
    const [surrogate] = modelIds
    const transfer = await runStudy(engine.client, {
      kind: 'transfer-attack',
      modelIds,
      datasetId,
      params: { attack: 'pgd', epsilons: [0.02], iterations: 3, surrogate },
    })
    const { conditions, provenance } = await engine.client.studies.result({ id: transfer.id })
    const [clean, attacked] = conditions
    expect(attacked?.n).toBe(16)
    expect(attacked?.correct).toBeLessThan(clean?.correct ?? 0)
    expect(provenance.join(' ')).toContain('white-box')
    const again = await runStudy(engine.client, {
      kind: 'transfer-attack',
      modelIds,
      datasetId,
      params: { attack: 'pgd', epsilons: [0.02], iterations: 3, surrogate },
    })
    expect(again.job?.progress.cacheHits).toBe(32)
  })
})

describe('the transfer check', () => {
  it('gives the images of one model to the others: with an epsilon that changes no pixel, no prediction changes', async () => {
    const { client, datasetId, modelIds } = await sampleWorkspace('replk3', 'resnet')
    const [first = 0, second = 0] = modelIds
    const study = (epsilon: number) =>
      runStudy(client, {
        kind: 'adversarial',
        modelIds,
        datasetId,
        params: { epsilons: [epsilon], baseline: false },
      })
    const facts = async (id: number, modelId: number, key: string) =>
      (await client.studies.rows({ id, modelId, key })).rows.map(({ imageId, predicted }) => [
        imageId,
        predicted,
      ])
    const still = await study(1e-9)
    for (const [model, surrogate] of [
      [first, second],
      [second, first],
    ] as const)
      expect(await facts(still.id, model, `transfer,from=${surrogate}`)).toEqual(
        await facts(still.id, model, 'clean'),
      )

    const strong = await study(0.3)
    expect(strong.job?.progress.done).toBe(strong.job?.progress.total)
    const { tables, provenance, complete, figures } = await client.studies.result({ id: strong.id })
    expect(complete).toBe(true)
    const rows = tables.find(({ id }) => id === 'transfer')?.rows ?? []
    const titles = [first, second].map(
      (id) => figures[0]?.series.find((one) => one.id === String(id))?.name ?? '',
    )
    const success = (made: string, to: string) =>
      rows.find(({ model, surrogate }) => model === to && surrogate === made)?.['success']
    expect(figures.find(({ id }) => id === 'transfer')?.cells).toMatchObject({
      ...{ rows: titles, columns: titles },
      values: titles.flatMap((made) => titles.map((to) => success(made, to))),
    })
    expect(tables.find(({ id }) => id === 'transfer')?.rows).toHaveLength(4)
    expect(provenance.join('\n')).toMatch(/0\.3 = 76\.5\/255/)
    expect(provenance.filter((line) => /images made with/.test(line))).toHaveLength(2)
    expect(await facts(strong.id, first, `transfer,from=${second}`)).not.toEqual(
      await facts(strong.id, first, 'clean'),
    )
  })
})
