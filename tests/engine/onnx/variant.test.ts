import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { acceptPixels, modelDigest, readModel, writeVariant, type Graph } from '#engine/onnx/index.ts'
import {
  goldens,
  netInput,
  netNames,
  netPath,
  numbers,
  relativeError,
  run,
  float32,
  temporaryFolder,
} from './support.ts'

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const
const shape = [2, 3, 32, 32]

describe.each(netNames)('%s', (name) => {
  it('gives the logits of PyTorch, unchanged and written as a variant', async () => {
    const model = await readModel(netPath(name))
    const path = await writeVariant(model, model.graph, await temporaryFolder(), 'same')
    for (const file of [netPath(name), path]) {
      const { logits } = await run(file, { input: float32(netInput(), shape) })
      expect(relativeError(numbers(logits), goldens[name].logits)).toBeLessThan(2e-5)
    }
  })

  it('accepts pixels, with the same result as normalising outside the graph', async () => {
    const model = await readModel(netPath(name))
    const path = await writeVariant(
      model,
      acceptPixels(model.graph, imagenet),
      await temporaryFolder(),
      'pixels',
    )
    const pixels = Uint8Array.from(
      { length: 2 * 32 * 32 * 3 },
      (_, index) => (Math.imul(index, 40503) >>> 3) & 255,
    )
    const outside = Float32Array.from({ length: pixels.length }, (_, index) => {
      const [image, channel, place] = [Math.floor(index / 3072), Math.floor(index / 1024) % 3, index % 1024]
      const value = pixels[(image * 1024 + place) * 3 + channel] ?? 0
      return (value / 255 - (imagenet.mean[channel] ?? 0)) / (imagenet.std[channel] ?? 1)
    })
    const inside = await run(path, { pixels: new ort.Tensor('uint8', pixels, [2, 32, 32, 3]) })
    const wanted = await run(netPath(name), { input: float32(outside, shape) })
    expect(relativeError(numbers(inside.logits), numbers(wanted.logits))).toBeLessThan(1e-5)
  })
})

describe('writeVariant', () => {
  it('writes the weights once for all variants of a model, and small graphs next to them', async () => {
    const model = await readModel(netPath('replknet'))
    const folder = await temporaryFolder()
    await writeVariant(model, model.graph, folder, 'first')
    const weights = join(folder, 'weights', `${await modelDigest(model)}.bin`)
    const before = await stat(weights)
    await writeVariant(model, acceptPixels(model.graph, imagenet), folder, 'second')
    const after = await stat(weights)
    expect(await readdir(join(folder, 'weights'))).toHaveLength(1)
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs])
    expect((await readdir(folder)).sort()).toEqual(['first.onnx', 'second.onnx', 'weights'])
  })

  it('writes the same bytes for the same graph', async () => {
    const model = await readModel(netPath('vit'))
    const folder = await temporaryFolder()
    const first = await readFile(await writeVariant(model, acceptPixels(model.graph, imagenet), folder, 'a'))
    const second = await readFile(await writeVariant(model, acceptPixels(model.graph, imagenet), folder, 'b'))
    expect(first.equals(second)).toBe(true)
  })

  it('repairs a weights file that a crash has truncated', async () => {
    const model = await readModel(netPath('resnet'))
    const folder = await temporaryFolder()
    const path = await writeVariant(model, model.graph, folder, 'a')
    const weights = join(folder, 'weights', `${await modelDigest(model)}.bin`)
    const whole = await readFile(weights)
    const { truncate } = await import('node:fs/promises')
    await truncate(weights, 100)
    await writeVariant(model, model.graph, folder, 'a')
    expect((await readFile(weights)).equals(whole)).toBe(true)
    await run(path, { input: float32(netInput(), shape) })
  })

  it('writes files that can be read and rewritten', async () => {
    const model = await readModel(netPath('convnext'))
    const folder = await temporaryFolder()
    const copy = await readModel(await writeVariant(model, model.graph, folder, 'a'))
    expect(copy.graph.nodes).toEqual(model.graph.nodes)
    const again = await writeVariant(copy, acceptPixels(copy.graph, imagenet), join(folder, 'again'), 'b')
    const { logits } = await run(again, {
      pixels: new ort.Tensor('uint8', new Uint8Array(3072), [1, 32, 32, 3]),
    })
    expect(logits?.dims).toEqual([1, 10])
  })
})

it('refuses a value that is not a tensor, by name', async () => {
  const model = await readModel(netPath('resnet'))
  const outputs = [{ name: 'logits', type: 'other' as const, shape: null }]
  const written = writeVariant(model, { ...model.graph, outputs }, await temporaryFolder(), 'a')
  await expect(written).rejects.toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: 'logits is not a tensor',
  })
})

describe('acceptPixels', () => {
  const graph = (change: Partial<Graph>): Graph => ({
    name: 'g',
    irVersion: 8,
    opsets: new Map([['', 17]]),
    inputs: [{ name: 'x', type: 'float32', shape: [1, 3, 'h', null] }],
    outputs: [{ name: 'y', type: 'float32', shape: null }],
    nodes: [{ name: 'n', op: 'Relu', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
    tensors: new Map(),
    ...change,
  })

  it('keeps fixed and open dimensions', () => {
    const { inputs } = acceptPixels(graph({}), imagenet)
    expect(inputs).toEqual([{ name: 'pixels', type: 'uint8', shape: [1, 'h', null, 3] }])
  })

  it('works where the input already has the name pixels', () => {
    const named = graph({
      inputs: [{ name: 'pixels', type: 'float32', shape: [1, 3, 8, 8] }],
      nodes: [{ name: 'n', op: 'Relu', domain: '', inputs: ['pixels'], outputs: ['y'], attributes: {} }],
    })
    const { nodes } = acceptPixels(named, imagenet)
    expect(nodes.at(-1)?.inputs).not.toContain('pixels')
    expect(nodes[0]?.inputs).toEqual(['pixels'])
  })

  it('does not change the given graph', () => {
    const before = graph({})
    const copy = structuredClone(before)
    acceptPixels(before, imagenet)
    expect(before).toEqual(copy)
  })

  it.each([
    ['one channel', [{ name: 'x', type: 'float32' as const, shape: [1, 1, 8, 8] }]],
    [
      'two inputs',
      [
        { name: 'x', type: 'float32' as const, shape: [1, 3, 8, 8] },
        { name: 'z', type: 'float32' as const, shape: [1] },
      ],
    ],
    ['integers', [{ name: 'x', type: 'int64' as const, shape: [1, 3, 8, 8] }]],
  ])('refuses %s', (_, inputs) => {
    expect(() => acceptPixels(graph({ inputs }), imagenet)).toThrow(
      expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }),
    )
  })
})
