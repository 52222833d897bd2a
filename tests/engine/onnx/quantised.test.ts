import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  classifierInterface,
  gate,
  gatesInput,
  inspect,
  readModel,
  writeVariant,
} from '#engine/onnx/index.ts'
import type { Graph } from '#engine/onnx/graph.ts'
import { readWeights } from '#engine/onnx/index.ts'
import { workingModel } from '#engine/onnx/rewrite/workingForm.ts'
import { inferShapes } from '#engine/onnx/shape/infer.ts'
import logits from './fixtures/quantised/logits.json' with { type: 'json' }
import { float32, numbers, ramp, relativeError, run, temporaryFolder } from './support.ts'

const shape = [2, 3, 16, 16]
const names = ['qdq', 'qoperator', 'dynamic', 'dynamic_residual'] as const
const read = (name: string) => readModel(join(import.meta.dirname, 'fixtures/quantised', `${name}.onnx`))
const pixels = () => ramp(2 * 3 * 16 * 16, 2654435761, 4)

/** Logits of both images, each computed by itself. */
async function alone(
  path: string,
  feeds: Record<string, ReturnType<typeof float32>> = {},
): Promise<number[]> {
  const all: number[] = []
  for (const image of [0, 1]) {
    const own = pixels().subarray(image * 768, (image + 1) * 768)
    const { logits: found } = await run(path, { input: float32(own, [1, 3, 16, 16]), ...feeds })
    all.push(...numbers(found))
  }
  return all
}

describe.each(names)('a network of int8, %s', (name) => {
  it('has the types and shapes of ONNX Runtime, for every tensor', async () => {
    const model = await read(name)
    const tensors = model.graph.nodes.flatMap(({ outputs }) => outputs)
    const shapes = inferShapes(model.graph, new Map([['input', shape]]))
    const outputs = tensors.map((output) => ({
      name: output,
      type: shapes.get(output)?.type ?? 'other',
      shape: null,
    }))
    const path = await writeVariant(model, { ...model.graph, outputs }, await temporaryFolder(), 'all')
    const results = await run(path, { input: float32(pixels(), shape) })
    for (const output of tensors) {
      const { type, dims } = results[output] ?? {}
      expect([output, shapes.get(output)?.type, shapes.get(output)?.shape]).toEqual([output, type, dims])
    }
  })

  it('gives the logits of the reference implementation, as it is and with its quantisers apart', async () => {
    const model = await read(name)
    const folder = await temporaryFolder()
    for (const [at, { graph }] of [model, workingModel(model)].entries())
      expect(
        relativeError(await alone(await writeVariant(model, graph, folder, `${at}`)), logits[name]),
      ).toBeLessThan(1e-4)
  })

  it('takes pixels, and says why it has no gradient', async () => {
    const { rewrites, precision } = inspect(await read(name))
    const of = (rewrite: string) => rewrites.find((one) => one.rewrite === rewrite)
    expect(precision).toBe('int8')
    expect(of('pixels')?.possible).toBe(true)
    expect(of('differentiate')).toMatchObject({
      possible: false,
      reason: expect.stringMatching(/Quantize|QLinear|Integer/),
    })
  })
})

describe.each(['qdq', 'qoperator', 'dynamic_residual'] as const)(
  'the block of a network of int8, %s',
  (name) => {
    it('is found and switched: with the gate on nothing changes, with it off the branch is gone', async () => {
      const model = await read(name)
      const { blocks, rewrites, parameters } = inspect(model)
      expect(blocks).toHaveLength(1)
      for (const rewrite of ['gate', 'bypass', 'probe'])
        expect(rewrites.find((one) => one.rewrite === rewrite)).toMatchObject({ possible: true })
      // 8x3x3x3 and 8x8x3x3 kernels and the head of 8x5; the bias of one of them.
      expect(parameters).toBe(216 + 576 + 40 + (name === 'dynamic_residual' ? 8 : 0))
      const { graph } = workingModel(model)
      const folder = await temporaryFolder()
      const path = await writeVariant(model, gate(graph, blocks), folder, 'gated')
      const gates = (value: number) => ({ [gatesInput]: float32(Float32Array.of(value), [1]) })
      expect(relativeError(await alone(path, gates(1)), logits[name])).toBeLessThan(1e-4)
      const cut = await writeVariant(model, withoutBranch(graph, blocks[0]?.adds[0] ?? ''), folder, 'cut')
      expect(relativeError(await alone(path, gates(0)), await alone(cut))).toBeLessThan(1e-4)
    })
  },
)

/** The addition replaced by its first input that is not what the last convolution of the branch leads to. */
function withoutBranch(graph: Graph, add: string): Graph {
  const nodes = graph.nodes.map((node) =>
    node.name === add ? { ...node, op: 'Identity', inputs: node.inputs.slice(0, 1) } : node,
  )
  return { ...graph, nodes }
}

it('computes a network image by image where its scales are of all images of a call', async () => {
  const batches = []
  for (const name of names) batches.push(classifierInterface(inspect(await read(name))).batch)
  expect(batches).toEqual(['dynamic', 'dynamic', 1, 1])
})

it('reads weights that have a scale for each channel', async () => {
  const model = workingModel(await read('dynamic_residual'))
  const conv = model.graph.nodes.find(({ op }) => op === 'Conv')
  const values = await readWeights(model, conv?.inputs[1] ?? '')
  const stored = await readWeights(model, 'stem')
  const scales = await readWeights(model, 'stem_s')
  expect(values).toEqual(stored.map((value, at) => value * (scales[Math.floor(at / 27)] ?? NaN)))
})
