import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspect, readModel, writeVariant } from '#engine/onnx/index.ts'
import { inferShapes } from '#engine/onnx/shape/infer.ts'
import { float32, ramp, run, temporaryFolder } from './support.ts'

const shape = [2, 3, 16, 16]
const read = (name: string) => readModel(join(import.meta.dirname, 'fixtures/quantised', `${name}.onnx`))
const input = () => float32(ramp(2 * 3 * 16 * 16, 2654435761, 4), shape)

describe.each(['qdq', 'qoperator', 'dynamic'])('a network of int8, %s', (name) => {
  it('has the types and shapes of ONNX Runtime, for every tensor', async () => {
    const model = await read(name)
    const names = model.graph.nodes.flatMap(({ outputs }) => outputs)
    const shapes = inferShapes(model.graph, new Map([['input', shape]]))
    const outputs = names.map((output) => ({
      name: output,
      type: shapes.get(output)?.type ?? 'other',
      shape: null,
    }))
    const path = await writeVariant(model, { ...model.graph, outputs }, await temporaryFolder(), 'all')
    const results = await run(path, { input: input() })
    for (const output of names) {
      const { type, dims } = results[output] ?? {}
      expect([output, shapes.get(output)?.type, shapes.get(output)?.shape]).toEqual([output, type, dims])
    }
  })

  it('takes pixels, and says why it has no gradient', async () => {
    const { rewrites } = inspect(await read(name))
    const of = (rewrite: string) => rewrites.find((one) => one.rewrite === rewrite)
    expect(of('pixels')?.possible).toBe(true)
    expect(of('differentiate')).toMatchObject({
      possible: false,
      reason: expect.stringMatching(/Quantize|QLinear|Integer/),
    })
  })
})

it('finds the blocks of a network with quantisers between its layers', async () => {
  const { blocks, rewrites } = inspect(await read('qdq'))
  expect(blocks).toHaveLength(1)
  for (const name of ['gate', 'bypass', 'probe'])
    expect(rewrites.find(({ rewrite }) => rewrite === name)).toMatchObject({ possible: true })
})
