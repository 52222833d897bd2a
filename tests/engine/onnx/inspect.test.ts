import { describe, expect, it } from 'vitest'
import { classifierInterface, inspect, readModel } from '#engine/onnx/index.ts'
import { inspection } from '#shared/contract/models.ts'
import { goldens, netNames, netPath, type NetName } from './support.ts'

const families: Record<NetName, string> = {
  resnet: 'ResNet',
  convnext: 'ConvNeXt',
  convnext_meta: 'ConvNeXt',
  convnext_v2: 'ConvNeXt',
  vit: 'ViT',
  vit_dino: 'ViT',
  swin: 'Swin',
  efficientnet: 'EfficientNet',
  mobilenet_v3: 'MobileNet',
  densenet: 'DenseNet',
  regnet: 'RegNet',
  replknet: 'RepLKNet',
  replknet_unmerged: 'RepLKNet',
  bit: 'BiT',
}

/** Stage of each block; x2: it has two additions, !: it cannot be removed. */
const blocks: Record<NetName, string> = {
  resnet: '1! 1 2! 2',
  convnext: '1 1 2 2',
  convnext_meta: '1 1 2 2',
  convnext_v2: '1 1 2',
  vit: '1x2 1x2 1x2',
  vit_dino: '1x2 1x2 1x2',
  swin: '1x2 1x2 2x2 2x2',
  efficientnet: '1 2 2 2',
  mobilenet_v3: '1 2',
  densenet: '',
  regnet: '1! 2! 2 3! 3',
  replknet: '1x2 1x2 2x2 2x2',
  replknet_unmerged: '1x2 1x2 2x2 2x2',
  bit: '1! 1 2! 2',
}

describe.each(netNames)('%s', (name) => {
  it('is recognised by its graph', async () => {
    expect(inspect(await readModel(netPath(name)))).toMatchObject({ family: families[name] })
  })

  it('has the blocks that it was built from', async () => {
    const found = inspect(await readModel(netPath(name)))
    const shown = found.blocks.map(
      ({ stage, adds, removable }) =>
        `${stage}${adds.length > 1 ? `x${adds.length}` : ''}${removable ? '' : '!'}`,
    )
    expect(shown.join(' ')).toBe(blocks[name])
    for (const { removable, reason } of found.blocks) expect(reason === undefined).toBe(removable)
    expect(found.blocksReason === undefined).toBe(found.blocks.some(({ removable }) => removable))
  })

  it('fits the contract, with all shapes and costs', async () => {
    const found = inspect(await readModel(netPath(name)))
    expect(inspection.parse(found)).toEqual(found)
    expect(found.layers.filter(({ outputShape, macs }) => !outputShape || macs === null)).toEqual([])
    expect(classifierInterface(found)).toEqual({
      input: 'input',
      output: 'logits',
      height: 32,
      width: 32,
      classes: 10,
      batch: 'dynamic',
    })
  })

  it('assigns layers to blocks: no layer to two, and each unit ends with its addition', async () => {
    const { blocks, layers } = inspect(await readModel(netPath(name)))
    const owned = blocks.flatMap(({ units }) => units.flatMap((unit) => unit.layers))
    expect(new Set(owned).size).toBe(owned.length)
    for (const { adds, units, parameters, macs } of blocks) {
      expect(units.map(({ layers: places }) => layers[places.at(-1) ?? -1]?.node)).toEqual(adds)
      const own = units.flatMap((unit) => unit.layers.map((place) => layers[place]!))
      expect(macs).toBe(own.reduce((sum, layer) => sum + (layer.macs ?? 0), 0))
      // A tensor that several nodes read counts once.
      expect(parameters).toBeLessThanOrEqual(own.reduce((sum, layer) => sum + layer.parameters, 0))
      expect(own.flatMap(({ weights }) => weights).length).toBeGreaterThan(0)
    }
  })

  it('has at most the parameters of PyTorch, minus those that the exporter folded', async () => {
    const { parameters } = inspect(await readModel(netPath(name)))
    // Folding a batch norm into a convolution replaces its two vectors by one bias.
    expect(parameters / goldens[name].parameters).toBeGreaterThan(0.9)
    if (name !== 'swin') expect(parameters).toBeLessThanOrEqual(goldens[name].parameters)
  })
})

it('counts ConvNeXt exactly', async () => {
  const found = inspect(await readModel(netPath('convnext')))
  expect(found.parameters).toBe(goldens.convnext.parameters)
  expect(found.convolutions.filter(({ depthwise }) => depthwise)).toHaveLength(4)
  expect(found.convolutions[1]).toMatchObject({ channels: 8, kernel: [7, 7], group: 8, stride: [1, 1] })
  // Stem 4x4: 8x8 positions, 8 filters of 3x4x4.
  expect(found.layers.find(({ op }) => op === 'Conv')).toMatchObject({
    macs: 64 * 8 * 48,
    outputShape: ['batch', 8, 8, 8],
  })
})

it('gives the reason why DenseNet has no blocks', async () => {
  const { blocksReason } = inspect(await readModel(netPath('densenet')))
  expect(blocksReason).toContain('concatenates')
})

describe('classifierInterface', () => {
  const tensor = (name: string, shape: (number | string | null)[], type = 'float32') => ({
    name,
    shape,
    type,
  })
  const logits = tensor('logits', ['n', 10])
  const refused = [
    ['two inputs', [tensor('a', [1, 3, 8, 8]), tensor('b', [1])], [logits], 'inputs: one image is expected'],
    ['no input', [], [logits], 'inputs: the model has none'],
    ['tokens', [tensor('ids', ['n', 128], 'int64')], [logits], 'input ids: float32 is expected, it is int64'],
    [
      'grey images',
      [tensor('x', ['n', 1, 28, 28])],
      [logits],
      'input x: [N,3,H,W] is expected, it is [n,1,28,28]',
    ],
    [
      'NHWC',
      [tensor('x', ['n', 224, 224, 3])],
      [logits],
      'input x: [N,3,H,W] is expected, it is [n,224,224,3]',
    ],
    [
      'a map',
      [tensor('x', ['n', 3, 8, 8])],
      [tensor('map', ['n', 3, 8, 8])],
      'output map: [N,classes] is expected',
    ],
  ] as const

  it.each(refused)('refuses %s with the reason', (_, inputs, outputs, reason) => {
    expect(() => classifierInterface({ inputs: [...inputs], outputs: [...outputs] })).toThrow(reason)
  })

  it('reads a fixed batch and an open size', () => {
    const found = classifierInterface({ inputs: [tensor('x', [4, 3, 'h', null])], outputs: [logits] })
    expect(found).toEqual({ input: 'x', output: 'logits', height: null, width: null, classes: 10, batch: 4 })
  })
})
