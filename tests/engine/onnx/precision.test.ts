import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { attentionMaps, blockOutputs, differentiate, gradientOutput, inspect } from '#engine/onnx/index.ts'
import { readModel, writeVariant } from '#engine/onnx/index.ts'
import { floatInterface } from '#engine/onnx/rewrite/floatInterface.ts'
import { workingModel } from '#engine/onnx/rewrite/workingForm.ts'
import { planned } from '#engine/onnx/thread/plans.ts'
import {
  float32,
  goldenGradient,
  netCotangent,
  netInput,
  netPath,
  numbers,
  relativeError,
  run,
  temporaryFolder,
} from './support.ts'
import logits from './fixtures/float16/logits.json' with { type: 'json' }

const nets = ['resnet', 'vit_dino'] as const
const pathOf = (net: string) => join(import.meta.dirname, 'fixtures/float16', `${net}.onnx`)
const input = () => float32(netInput(), [2, 3, 32, 32])

describe.each(nets)('a float16 network, %s', (net) => {
  it('runs as it is, with what it is fed and gives in float32', async () => {
    const model = await readModel(pathOf(net))
    const path = await writeVariant(model, floatInterface(model.graph), await temporaryFolder(), 'itself')
    const [name = ''] = model.graph.inputs.map((one) => one.name)
    const [found] = Object.values(await run(path, { [name]: input() }))
    expect(relativeError(numbers(found), logits[net])).toBeLessThan(1e-2)
  })

  it('has a float32 copy with the logits of its weights', async () => {
    const form = workingModel(await readModel(pathOf(net)))
    expect([...form.graph.tensors.values()].some(({ type }) => type === 'float16')).toBe(false)
    const path = await writeVariant(form, form.graph, await temporaryFolder(), 'copy')
    const [name = ''] = form.graph.inputs.map((one) => one.name)
    const [found] = Object.values(await run(path, { [name]: input() }))
    expect(relativeError(numbers(found), logits[net])).toBeLessThan(1e-5)
  })

  it('is described like the float32 file', async () => {
    const [half, whole] = [await readModel(pathOf(net)), await readModel(netPath(net))]
    const [a, b] = [inspect(half), inspect(whole)]
    expect([a.precision, b.precision]).toEqual(['float16', 'float32'])
    expect(a.rewrites).toEqual(b.rewrites)
    expect([a.family, a.parameters, a.macs]).toEqual([b.family, b.parameters, b.macs])
    const blocksOf = ({ blocks }: typeof a) =>
      blocks.map(({ adds, removable, stage }) => ({ adds, removable, stage }))
    expect(blocksOf(a)).toEqual(blocksOf(b))
    const { graph } = workingModel(half)
    expect(blockOutputs(graph)).toEqual(blockOutputs(whole.graph))
    // The converter gives another name to what it computes in float32.
    const maps = (of: typeof graph) => attentionMaps(of).map(({ tensor: _, ...map }) => map)
    expect(maps(graph)).toEqual(maps(whole.graph))
  })

  it('has the gradient of PyTorch, by its copy', async () => {
    const form = workingModel(await readModel(pathOf(net)))
    const path = await writeVariant(form, differentiate(form.graph), await temporaryFolder(), 'gradient')
    const [name = ''] = form.graph.inputs.map((one) => one.name)
    const cotangent = float32(netCotangent(), [2, 10])
    const { [gradientOutput]: found } = await run(path, { [name]: input(), cotangent })
    expect(relativeError(numbers(found), await goldenGradient(net))).toBeLessThan(5e-3)
  })
})

it('takes pixels, stays float16 and gives float32', async () => {
  const { graph } = await readModel(pathOf('resnet'))
  const taken = planned(graph, { op: 'pixels', normalisation: { mean: [0, 0, 0], std: [1, 1, 1] } })
  expect(taken.outputs.map(({ name, type }) => [name, type])).toEqual(
    graph.outputs.map(({ name }) => [name, 'float32']),
  )
  expect([...taken.tensors.values()].some(({ type }) => type === 'float16')).toBe(true)
})

it('leaves a float32 network as it is', async () => {
  const model = await readModel(netPath('resnet'))
  expect(workingModel(model)).toBe(model)
})
