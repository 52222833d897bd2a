import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SaliencyResult } from '#shared/contract/index.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { pixelsOf, resultOf } from './looking.ts'
import { float32, netPath, numbers, run } from '../onnx/support.ts'
import { sampleImages, addDataset } from '../studies/sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'kernelscope-saliency-'))
let engine: Engine
let modelId = 0
let imageId = 0
let path = ''

beforeAll(async () => {
  engine = await createEngine({ overrides: { provider: 'cpu', threads: 1 } })
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  modelId = (await engine.client.models.add({ path: netPath('convnext') })).id
  const datasetId = await addDataset(engine.client, sampleImages(folder, 1))
  const image = engine.session
    .open()
    .workspace.db.prepare<[number], { id: number; name: string }>(
      'SELECT id, name FROM image WHERE dataset_id = ? ORDER BY id LIMIT 1',
    )
    .get(datasetId)
  imageId = image?.id ?? 0
  path = join(folder, 'images', image?.name ?? '')
}, 60_000)

afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

type Input = Parameters<typeof engine.client.maps.saliency>[0]

const ask = (input: Omit<Input, 'model' | 'image'>): Promise<SaliencyResult> =>
  resultOf(engine.client.maps.saliency({ model: { id: modelId }, image: { path }, ...input }))

describe('the saliency of one class', () => {
  it('predicts by its gradient how the logit changes for a small step of the image', async () => {
    const target = { kind: 'class', index: 3 } as const
    const result = await ask({ method: { method: 'gradient' }, target })
    expect(result).toMatchObject({
      size: [32, 32],
      target: { index: 3 },
      trueClass: null,
      completeness: null,
    })
    const { channels, shown } = engine.session.inspections.kept.get(null, result.key, ['saliency']).parts
    const gradient = pixelsOf(channels)
    const pixels = Float32Array.from(shown?.bytes ?? [], (value) => value / 255)
    const { preprocessing } = await engine.client.models.get({ id: modelId })
    const logit = async (by: number) => {
      const planar = new Float32Array(3072)
      for (let at = 0; at < 1024; at++)
        for (let c = 0; c < 3; c++) {
          const value = (pixels[3 * at + c] ?? NaN) + by * (gradient[3 * at + c] ?? NaN)
          planar[c * 1024 + at] = (value - (preprocessing.mean[c] ?? NaN)) / (preprocessing.std[c] ?? NaN)
        }
      const { logits } = await run(netPath('convnext'), { input: float32(planar, [1, 3, 32, 32]) })
      return numbers(logits)[3] ?? NaN
    }
    const square = gradient.reduce((sum, value) => sum + value * value, 0)
    const step = 0.02 / Math.sqrt(square)
    expect(((await logit(step)) - (await logit(-step))) / (2 * step) / square).toBeCloseTo(1, 2)
    expect(result.target.output).toBeCloseTo(await logit(0), 4)
  })

  it('by integrated gradients adds up to the change of the logit, closer with more steps', async () => {
    const of = (steps: number) =>
      ask({
        method: { method: 'integratedGradients', steps, baseline: 'black' },
        target: { kind: 'class', index: 3 },
      })
    const [coarse, fine] = [await of(4), await of(200)]
    expect(fine.completeness?.gap).toBeLessThan(0.01)
    expect(coarse.completeness?.difference).toBeCloseTo(fine.completeness?.difference ?? NaN, 5)
    expect(coarse.completeness?.gap).toBeGreaterThan(fine.completeness?.gap ?? NaN)
  })

  it('by integrated gradients of the cross entropy adds up to the change of the cross entropy', async () => {
    const result = await ask({
      method: { method: 'integratedGradients', steps: 200, baseline: 'mean' },
      target: { kind: 'class', index: 3 },
      of: 'crossEntropy',
    })
    expect(result.completeness?.gap).toBeLessThan(0.05)
    expect(result.definitions[0]?.formula).toContain('cross entropy')
  })
})

it('the predicted class is explained by default, and the map is kept', async () => {
  const result = await ask({})
  expect(result.target.index).toBe(result.top[0]?.classIndex)
  expect(result.target.probability).toBeCloseTo(result.top[0]?.probability ?? NaN, 10)
  expect(await ask({})).toEqual({ ...result, milliseconds: 0 })
})

it('a true class that the model does not know and a class that it does not have are refused', async () => {
  const explain = (image: Input['image'], target: Input['target']) =>
    resultOf(engine.client.maps.saliency({ model: { id: modelId }, image, target }))
  await expect(explain({ id: imageId }, { kind: 'true' })).rejects.toMatchObject({
    data: { code: 'USAGE', message: expect.stringContaining('does not know the true class of') },
  })
  await expect(explain({ path }, { kind: 'class', index: 10 })).rejects.toMatchObject({
    data: { message: expect.stringContaining('classes 0 to 9') },
  })
})

it('the true class is explained where the model knows it', async () => {
  const names = ['aircraft', ...Array.from({ length: 9 }, (_, at) => `other ${at}`)]
  const { db } = engine.session.open().workspace
  db.prepare('UPDATE model SET labels = ?, label_set = ? WHERE id = ?').run(
    JSON.stringify(names),
    'own',
    modelId,
  )
  const result = await resultOf(
    engine.client.maps.saliency({ model: { id: modelId }, image: { id: imageId }, target: { kind: 'true' } }),
  )
  expect(result).toMatchObject({
    target: { index: 0, label: 'aircraft' },
    trueClass: { index: 0, label: 'aircraft' },
  })
})

it('a cancelled computation stops between calls', async () => {
  const controller = new AbortController()
  const method = { method: 'smoothGrad', copies: 400, noise: 0.1, seed: 5 } as const
  const stream = await engine.client.maps.saliency(
    { model: { id: modelId }, image: { path }, method },
    { signal: controller.signal },
  )
  let seen = 0
  const follow = async () => {
    for await (const event of stream) {
      if (event.type === 'progress' && event.done > 0) controller.abort()
      if (event.type === 'progress') seen = event.done
    }
  }
  await expect(follow()).rejects.toBeDefined()
  expect(seen).toBeLessThan(100)
})
