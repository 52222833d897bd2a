import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { layersOfStage, probe, readModel, writeVariant } from '#engine/onnx/index.ts'
import { collected } from '#engine/onnx/file/bytes.ts'
import { layerWeights, randomised, redrawnTensors } from '#engine/onnx/rewrite/randomised.ts'
import { float32, netInput, netPath, numbers, relativeError, run, temporaryFolder } from './support.ts'

const shape = [2, 3, 32, 32]

/** Logits, and the output of the first layer, of a network whose last layers have random weights. */
async function outputs(name: 'resnet' | 'vit_dino', stage: number, seed = 0) {
  const model = await readModel(netPath(name))
  const first = model.graph.nodes.find(({ op }) => op === 'Conv')?.outputs[0] ?? ''
  const graph = probe(randomised(model, { stage, of: 3, seed }), [{ tensor: first, as: 'first' }])
  const others = { tensors: redrawnTensors(model, seed), name: `random-${seed}` }
  const folder = await temporaryFolder()
  const path = await writeVariant(model, graph, folder, 'random', { digest: 'own', others })
  const found = await run(path, { input: float32(netInput(), shape) })
  return { logits: numbers(found['logits']), first: numbers(found['first']), folder }
}

describe.each(['resnet', 'vit_dino'] as const)('random weights of %s', (name) => {
  it('change the last layer alone, then more layers, and all in the end', async () => {
    const model = await readModel(netPath(name))
    const plain = await run(netPath(name), { input: float32(netInput(), shape) })
    const [head, some, all] = [await outputs(name, 1), await outputs(name, 2), await outputs(name, 3)]
    for (const { logits } of [head, some, all]) {
      expect(logits.every(Number.isFinite)).toBe(true)
      expect(relativeError(logits, numbers(plain['logits']))).toBeGreaterThan(0.1)
    }
    expect(relativeError(some.logits, head.logits)).toBeGreaterThan(0.1)
    expect(some.first).toEqual(head.first)
    expect(relativeError(all.first, head.first)).toBeGreaterThan(0.1)
    const count = layerWeights(model.graph).length
    expect([1, 2, 3].map((stage) => layersOfStage(count, { stage, of: 3 }))).toEqual([
      1,
      Math.ceil(count / 2),
      count,
    ])
  })

  it('depend on the seed alone', async () => {
    const one = await outputs(name, 3)
    expect((await outputs(name, 3)).logits).toEqual(one.logits)
    expect((await outputs(name, 3, 1)).logits).not.toEqual(one.logits)
  })
})

it('have the mean and the deviation of the trained ones', async () => {
  const model = await readModel(netPath('resnet'))
  const largest = [...redrawnTensors(model, 0).values()].sort((a, b) => size(b.shape) - size(a.shape))[0]
  const trained = model.graph.tensors.get(largest?.name ?? '')
  if (!largest || !trained) throw new Error('the network has no layers')
  const { folder } = await outputs('resnet', 3)
  const bytes = await readFile(join(folder, 'weights', 'random-0.bin'))
  expect(bytes.length).toBeGreaterThan(4 * size(largest.shape))
  const [drawn, own] = [await valuesOf(largest), await valuesOf(trained)]
  expect(drawn).toHaveLength(own.length)
  const error = deviation(own) / Math.sqrt(own.length)
  expect(Math.abs(mean(drawn) - mean(own))).toBeLessThan(5 * error)
  // The standard error of a deviation is that of a mean over the root of two.
  expect(Math.abs(deviation(drawn) - deviation(own))).toBeLessThan(5 * error)
})

const size = (shape: readonly number[]) => shape.reduce((product, dim) => product * dim, 1)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => value ** 2)) - mean(values) ** 2)

async function valuesOf(tensor: Parameters<typeof collected>[0]): Promise<number[]> {
  const bytes = await collected(tensor)
  return [...new Float32Array(bytes.slice().buffer)]
}
