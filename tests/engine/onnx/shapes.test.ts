import { describe, expect, it } from 'vitest'
import { readModel, writeVariant } from '#engine/onnx/index.ts'
import { inferShapes } from '#engine/onnx/shape/infer.ts'
import { sizedShapes } from '#engine/onnx/shape/sizes.ts'
import { float32, netInput, netNames, netPath, run, temporaryFolder } from './support.ts'

describe.each(netNames)('shapes of %s', (name) => {
  it('are those of ONNX Runtime, for every tensor of the graph', async () => {
    const model = await readModel(netPath(name))
    const names = model.graph.nodes.flatMap(({ outputs }) => outputs.filter((output) => output !== ''))
    const shapes = inferShapes(model.graph, new Map([['input', [2, 3, 32, 32]]]))
    const outputs = names.map((output) => {
      const type = shapes.get(output)?.type ?? 'other'
      return { name: output, type, shape: null }
    })
    const path = await writeVariant(model, { ...model.graph, outputs }, await temporaryFolder(), 'all')
    const results = await run(path, { input: float32(netInput(), [2, 3, 32, 32]) })
    const inferred = Object.fromEntries(names.map((output) => [output, shapes.get(output)?.shape]))
    const computed = Object.fromEntries(names.map((output) => [output, results[output]?.dims]))
    expect(inferred).toEqual(computed)
    for (const output of names) {
      const { value, type } = shapes.get(output) ?? {}
      const data = results[output]?.data
      if (value && data && (type === 'int64' || type === 'bool'))
        expect([output, ...value]).toEqual([
          output,
          ...Array.from(data as ArrayLike<number | bigint>, Number),
        ])
    }
  })
})

it('writes the batch as a symbol', async () => {
  const model = await readModel(netPath('swin'))
  const { describe: shapeOf, shapes } = sizedShapes(model.graph)
  const softmax = model.graph.nodes.find(({ op }) => op === 'Softmax')?.outputs[0] ?? ''
  expect(shapes.get(softmax)?.shape).toEqual([4, 2, 16, 16])
  expect(shapeOf(softmax)).toEqual(['4*batch', 2, 16, 16])
  expect(shapeOf('logits')).toEqual(['batch', 10])
})
