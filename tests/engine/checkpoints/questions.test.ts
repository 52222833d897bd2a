import { describe, expect, it } from 'vitest'
import { buildCheckpoint, recogniseCheckpoint, type Hints } from '#engine/checkpoints/index.ts'
import { checkpointOf, checkpointOfGolden, goldensOf, sizesOf } from './golden.ts'

const sizes = (family: string) => new Map(sizesOf(family))
const golden = (family: string, name: string) => {
  const found = new Map(goldensOf(family)).get(name)
  if (!found) throw new Error(`${family} has no ${name}`)
  return checkpointOfGolden(found)
}
const vit = checkpointOf(sizes('vit').get('ViT-B/32') ?? {})
const asked = (checkpoint: typeof vit, hints: Hints = {}) =>
  Object.fromEntries(
    (recogniseCheckpoint(checkpoint, hints)?.questions ?? []).map((one) => [one.id, one.default]),
  )

describe('a ViT', () => {
  it('takes its side from the position embeddings, and its heads from the published width', () => {
    expect(asked(vit)).toEqual({ epsilon: '1e-6', statistics: 'half' })
    expect(buildCheckpoint(vit).graph.inputs[0]?.shape).toEqual(['batch', 3, 384, 384])
  })

  it('asks for heads where the width is not published, with 64 channels each as default', () => {
    const heads = recogniseCheckpoint(golden('vit', 'timm'))?.questions.find(({ id }) => id === 'heads')
    expect(heads).toMatchObject({ default: '1' })
    expect(heads?.choices?.map(({ value }) => value)).toEqual(['1', '2', '4', '8', '16'])
    expect(asked(golden('vit', 'timm'), { heads: 4 })).toMatchObject({ heads: '4' })
  })

  it('asks for heads where the config has another number than the published width', () => {
    expect(asked(vit, { heads: 12 })).not.toHaveProperty('heads')
    expect(asked(vit, { heads: 8 })).toMatchObject({ heads: '8' })
  })

  it('takes epsilon from the config, whether it is a usual one or not', () => {
    expect(asked(vit, { layerNormEpsilon: 1e-12 })).toMatchObject({ epsilon: '1e-12' })
    expect(asked(vit, { layerNormEpsilon: 3e-6 })).toMatchObject({ epsilon: '0.000003' })
    expect(asked(golden('vit', 'hugging_face'))).toMatchObject({ epsilon: '1e-12' })
    const { graph } = buildCheckpoint(vit, { epsilon: '1e-5' })
    const norms = graph.nodes.filter(({ op }) => op === 'LayerNormalization')
    expect(norms).toHaveLength(25)
    for (const { attributes } of norms) expect(attributes.epsilon).toEqual({ kind: 'float', value: 1e-5 })
  })

  it.each([
    [{ fileName: 'dino_vitbase8_pretrain.pth' }, 'imagenet'],
    [{ architecture: 'deit_base_patch16_224' }, 'imagenet'],
    [{ fileName: 'B_16.pth' }, 'half'],
  ])('takes the statistics of %j for %s', (hints, wanted) => {
    expect(asked(vit, hints)).toMatchObject({ statistics: wanted })
  })

  it('takes the statistics of ImageNet where layers are scaled, a token distils, or the head is missing', () => {
    for (const name of ['deit', 'deit3', 'dino', 'mae', 'dinov2', 'hugging_face_dinov2'])
      expect(asked(golden('vit', name))).toMatchObject({ statistics: 'imagenet' })
  })
})

describe.each([
  ['resnet', 'ResNet-50', {}, 224, { resize: 'shorter', resizeTo: 256, interpolation: 'bilinear' }],
  ['replknet', 'RepLKNet-31B', {}, 224, { resize: 'shorter', resizeTo: 256, interpolation: 'bicubic' }],
  ['replknet', 'RepLKNet-31L', {}, 384, { resize: 'squash', resizeTo: null }],
  ['replknet', 'RepLKNet-XL', {}, 320, { resize: 'shorter', resizeTo: 365, mean: [0.5, 0.5, 0.5] }],
  ['replknet', 'RepLKNet-31B', { fileName: 'RepLKNet-31B_ImageNet-1K_384.pth' }, 384, { resize: 'squash' }],
  ['convnext', 'ConvNeXt-T', {}, 224, { resizeTo: 236, interpolation: 'bilinear' }],
  ['convnext', 'ConvNeXt-L', {}, 224, { resizeTo: 232, interpolation: 'bilinear' }],
  ['vit', 'ViT-B/16', {}, 224, { resizeTo: 256, interpolation: 'bilinear', std: [0.229, 0.224, 0.225] }],
  ['vit', 'ViT-L/16', {}, 224, { resizeTo: 242, interpolation: 'bilinear' }],
  ['vit', 'ViT-S/16', {}, 224, { resizeTo: 248, interpolation: 'bicubic', mean: [0.5, 0.5, 0.5] }],
  ['vit', 'ViT-B/32', {}, 384, { resizeTo: 384, interpolation: 'bicubic' }],
  ['bit', 'BiT-R101x3', {}, 448, { resize: 'squash', interpolation: 'bilinear', std: [0.5, 0.5, 0.5] }],
  ['bit', 'BiT-R152x4', {}, 480, { resize: 'squash' }],
  ['vgg', 'VGG-16 BN', {}, 224, { resizeTo: 256, interpolation: 'bilinear' }],
  ['densenet', 'DenseNet-161', {}, 224, { resizeTo: 256, interpolation: 'bilinear' }],
  ['mobilenetV3', 'MobileNetV3-Small', {}, 224, { resizeTo: 256, interpolation: 'bilinear' }],
  ['mobilenetV2', 'MobileNetV2', {}, 224, { resizeTo: 256, interpolation: 'bilinear' }],
  ['efficientnet', 'EfficientNet-B0', {}, 224, { resizeTo: 256, interpolation: 'bicubic' }],
  ['efficientnet', 'EfficientNet-B3', {}, 300, { resizeTo: 320, interpolation: 'bicubic' }],
  ['efficientnet', 'EfficientNet-B4', { fileName: 'tf_efficientnet_b4.pth' }, 380, { resizeTo: 412 }],
] as const)('%s, %s %j', (family, size, hints, side, preprocessing) => {
  it('has the published preprocessing', () => {
    const checkpoint = checkpointOf(sizes(family).get(size) ?? {})
    expect(recogniseCheckpoint(checkpoint, hints)?.published.preprocessing).toMatchObject({
      size: [side, side],
      ...preprocessing,
    })
  })
})

it('has the preprocessing of those who named the tensors', () => {
  const published = (family: string, name: string) =>
    recogniseCheckpoint(golden(family, name))?.published.preprocessing
  expect(published('convnext', 'timm')).toMatchObject({ resizeTo: 256, interpolation: 'bicubic' })
  expect(published('mobilenetV2', 'timm')).toMatchObject({ resizeTo: 256, interpolation: 'bicubic' })
  expect(published('mobilenetV3', 'timm_large')).toMatchObject({ resizeTo: 256, interpolation: 'bicubic' })
  expect(
    recogniseCheckpoint(golden('mobilenetV3', 'timm_large'), {
      architecture: 'tf_mobilenetv3_large_100.in1k',
    })?.published.preprocessing,
  ).toMatchObject({ interpolation: 'bilinear', mean: [0.5, 0.5, 0.5] })
  expect(published('bit', 'npz')).toMatchObject({ size: [480, 480], resize: 'squash' })
  expect(published('vit', 'hugging_face')).toMatchObject({ resize: 'squash', interpolation: 'bilinear' })
})

it('asks how a ResNet begins whose first kernel is that of small images', () => {
  expect(asked(golden('resnet', 'small_images'))).toEqual({ side: '32', beginning: 'whole' })
  expect(recogniseCheckpoint(golden('resnet', 'small_images'))).toMatchObject({
    size: null,
    published: { preprocessing: { size: [32, 32], resize: 'squash' } },
  })
})

it('asks whether small kernels stay only where there are some', () => {
  expect(asked(golden('replknet', 'unmerged'))).toMatchObject({ smallKernels: 'keep' })
  expect(asked(golden('replknet', 'merged'))).not.toHaveProperty('smallKernels')
  const count = (answer: string) =>
    buildCheckpoint(golden('replknet', 'unmerged'), { smallKernels: answer }).graph.nodes.filter(
      ({ op }) => op === 'Conv',
    ).length
  expect(count('keep') - count('fold')).toBe(5)
})

it('takes epsilon and padding of an EfficientNet from its size and origin', () => {
  const efficientNet = (size: number) =>
    checkpointOf(sizes('efficientnet').get(`EfficientNet-B${size}`) ?? {})
  const norm = (size: number, answers = {}) =>
    buildCheckpoint(efficientNet(size), answers).graph.nodes.find(({ op }) => op === 'BatchNormalization')
  const epsilon = (value: number) => ({ attributes: { epsilon: { kind: 'float', value } } })
  // torchvision's names
  expect(norm(3)).toMatchObject(epsilon(1e-5))
  expect(norm(5)).toMatchObject(epsilon(1e-3))
  // timm's names
  expect(norm(0)).toMatchObject(epsilon(1e-5))
  expect(norm(0, { origin: 'tensorflow' })).toMatchObject(epsilon(1e-3))
  expect(asked(efficientNet(0))).toEqual({ origin: 'pytorch', side: '224' })
  expect(asked(efficientNet(0), { fileName: 'tf_efficientnet_b0_ns-c0e6a31c.pth' })).toMatchObject({
    origin: 'tensorflow',
  })
  expect(asked(efficientNet(6))).toEqual({ origin: 'tensorflow', side: '528' })
})

describe('a Swin', () => {
  const swin = checkpointOf(sizes('swin').get('Swin-T') ?? {})

  it('takes a side that is told only where windows fill it', () => {
    expect(asked(swin)).toEqual({ side: '224' })
    expect(asked(swin, { imageSize: 448 })).toEqual({ side: '448' })
    expect(asked(swin, { imageSize: 256, fileName: 'swin_256.pth' })).toEqual({ side: '224' })
    expect(() => buildCheckpoint(swin, { side: '256' })).toThrow(/a multiple of 224/)
  })

  it('is not built where it has position embeddings besides', () => {
    const shapes = sizes('swin').get('Swin-T') ?? {}
    expect(recogniseCheckpoint(checkpointOf({ ...shapes, absolute_pos_embed: [1, 3136, 96] }))).toBeNull()
  })
})

it('does not take a RegNet Z for a RegNet', () => {
  const shapes = sizes('regnet').get('RegNet-Y-400MF') ?? {}
  expect(
    recogniseCheckpoint(checkpointOf({ ...shapes, 'final_conv.conv.weight': [64, 440, 1, 1] })),
  ).toBeNull()
})

it('does not take a side that a VGG cannot have from a name or a config', () => {
  const vgg = checkpointOf(sizes('vgg').get('VGG-16') ?? {})
  expect(asked(vgg, { fileName: 'vgg16_256.pth' })).toEqual({ side: '224' })
  expect(asked(vgg, { imageSize: 300 })).toEqual({ side: '224' })
  expect(asked(vgg, { imageSize: 448 })).toEqual({ side: '448' })
})

describe('a ResNet', () => {
  const renamed = (to: string) => {
    const shapes = Object.entries(sizes('resnet').get('ResNet-18') ?? {})
    return checkpointOf(Object.fromEntries(shapes.map(([name, shape]) => [name.replace(/^fc\./, to), shape])))
  }

  it('has its head also behind dropout', () => {
    expect(buildCheckpoint(renamed('fc.1.'))).toMatchObject({
      size: 'ResNet-18',
      classes: 1000,
      leftOver: [],
    })
    expect(buildCheckpoint(renamed('fc.2.'))).toMatchObject({ classes: null })
  })
})
