import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeWholeModel } from '#engine/onnx/file/whole.ts'
import type { Graph } from '#engine/onnx/graph.ts'
import { encodeNumbers } from '#engine/onnx/numbers.ts'
import {
  classifierInterface,
  differentiate,
  gradientOutput,
  inspect,
  readModel,
  writeVariant,
} from '#engine/onnx/index.ts'
import { ints, renameUses } from '#engine/onnx/rewrite/build.ts'
import { closeSides } from '#engine/onnx/rewrite/closeSides.ts'
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
  type NetName,
} from './support.ts'

/** A network as exporters of Hugging Face write it: every axis of the image has a name. */
async function exported(net: NetName) {
  const model = await readModel(netPath(net))
  const { inputs, outputs, nodes } = model.graph
  const names = new Map([[inputs[0]?.name ?? '', 'pixel_values']])
  const shape = ['batch_size', 'num_channels', 'height', 'width']
  const graph = {
    ...model.graph,
    inputs: [{ name: 'pixel_values', type: 'float32' as const, shape }],
    outputs: outputs.map((output) => ({ ...output, shape: ['batch_size', 'num_labels'] })),
    nodes: renameUses(nodes, names),
  }
  return readModel(await writeVariant(model, graph, await temporaryFolder(), 'model'))
}

it('takes the only side that a network with position embeddings has, and three colours', async () => {
  const model = await exported('vit_dino')
  expect(classifierInterface(inspect(model))).toMatchObject({
    ...{ input: 'pixel_values', height: 32, width: 32, classes: 10, batch: 'dynamic' },
  })
  const whole = inspect(await readModel(netPath('vit_dino')))
  expect(inspect(model).blocks).toEqual(whole.blocks)
  expect(inspect(model).rewrites).toEqual(whole.rewrites)
})

it('takes 224 pixels where no other side fits', async () => {
  const side = 224 / 16
  const zeros = (name: string, shape: number[]) => {
    const values = new Array<number>(shape.reduce((product, size) => product * size, 1)).fill(0)
    const data = { kind: 'inline' as const, bytes: encodeNumbers(values, 'float32') }
    return [name, { name, type: 'float32' as const, shape, data }] as const
  }
  const node = (op: string, inputs: string[], output: string, attributes = {}) => ({
    ...{ name: output, op, domain: '', inputs, outputs: [output], attributes },
  })
  const graph: Graph = {
    ...{ name: 'patches', irVersion: 8, opsets: new Map([['', 17]]) },
    inputs: [{ name: 'image', type: 'float32', shape: ['n', 'c', 'h', 'w'] }],
    outputs: [{ name: 'features', type: 'float32', shape: null }],
    nodes: [
      node('Conv', ['image', 'kernels'], 'patches', { strides: ints([16, 16]) }),
      node('Add', ['patches', 'positions'], 'placed'),
      node('Flatten', ['placed'], 'features'),
    ],
    tensors: new Map([zeros('kernels', [2, 3, 16, 16]), zeros('positions', [1, 2, side, side])]),
  }
  const path = join(await temporaryFolder(), 'patches.onnx')
  await writeWholeModel(graph, path)
  expect((await readModel(path)).graph.inputs[0]?.shape).toEqual(['n', 3, 224, 224])
})

it('leaves the sides of a convolutional network open', async () => {
  const model = await exported('resnet')
  const found = inspect(model)
  expect(classifierInterface(found)).toMatchObject({ height: null, width: null, classes: 10 })
  expect(found.inputs[0]?.shape).toEqual(['batch_size', 3, 'height', 'width'])
  expect(found.rewrites).toEqual(inspect(await readModel(netPath('resnet'))).rewrites)
})

it('gives the gradient of PyTorch for images of the size that is asked for', async () => {
  const model = await exported('resnet')
  const graph = differentiate(closeSides(model.graph, [32, 32]))
  const path = await writeVariant(model, graph, await temporaryFolder(), 'gradient')
  const feeds = {
    pixel_values: float32(netInput(), [2, 3, 32, 32]),
    cotangent: float32(netCotangent(), [2, 10]),
  }
  const { [gradientOutput]: found } = await run(path, feeds)
  expect(relativeError(numbers(found), await goldenGradient('resnet'))).toBeLessThan(1e-4)
})

it('closes open sides in the plans that need a backward pass', async () => {
  const { graph } = await exported('resnet')
  const normalisation = { mean: [0, 0, 0] as const, std: [1, 1, 1] as const, size: [64, 48] as const }
  for (const op of ['gradient', 'attack'] as const)
    expect(planned(graph, { op, normalisation }).inputs[0]?.shape).toEqual(['batch_size', 64, 48, 3])
  const open = planned(graph, { op: 'pixels', normalisation })
  expect(open.inputs[0]?.shape).toEqual(['batch_size', 'height', 'width', 3])
})
