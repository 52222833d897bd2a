import { expect, it } from 'vitest'
import { classifierInterface, inspect, readModel, writeVariant } from '#engine/onnx/index.ts'
import { renameUses } from '#engine/onnx/rewrite/build.ts'
import { netPath, temporaryFolder, type NetName } from './support.ts'

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

it('leaves the sides of a convolutional network open', async () => {
  const found = inspect(await exported('resnet'))
  expect(classifierInterface(found)).toMatchObject({ height: null, width: null, classes: 10 })
  expect(found.inputs[0]?.shape).toEqual(['batch_size', 3, 'height', 'width'])
})
