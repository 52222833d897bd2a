import { expect, it } from 'vitest'
import {
  publishedPreprocessing,
  readConfig,
  readProcessor,
  readTimmConfig,
} from '#engine/checkpoints/index.ts'
import published from './fixtures/published.json' with { type: 'json' }

const imagenet = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] }

it("shows images to torchvision's weights as torchvision does, by the names of their files", () => {
  for (const [stem, [side, resizeTo, interpolation, mean, std]] of Object.entries(published)) {
    const found = publishedPreprocessing(stem, [Number(side), Number(side)])?.preprocessing
    const wanted = { size: [side, side], resize: 'shorter', resizeTo, interpolation, mean, std }
    expect(found, stem).toEqual(wanted)
  }
  expect(Object.keys(published).length).toBeGreaterThan(80)
})

it.each([
  ['RepLKNet-31L_ImageNet-22K-to-1K_384', 384, 'squash', null, 'bicubic'],
  ['convnext_tiny_1k_224_ema', 224, 'shorter', 256, 'bicubic'],
  ['dino_deitsmall16_pretrain', 224, 'shorter', 256, 'bicubic'],
  ['BiT-M-R101x3-ILSVRC2012', 480, 'squash', null, 'bilinear'],
] as const)('knows %s by its name and size alone', (stem, side, resize, resizeTo, interpolation) => {
  const found = publishedPreprocessing(stem, [side, side])?.preprocessing
  expect(found).toMatchObject({ size: [side, side], resize, resizeTo, interpolation })
  expect(publishedPreprocessing(stem, [side + 32, side + 32])).toBeNull()
  expect(publishedPreprocessing(`my-${stem}`, [side, side])).toBeNull()
})

/** The processors of Transformers, in the forms of old and new versions, and what each does to an image. */
it.each([
  [
    'ViT, old',
    { feature_extractor_type: 'ViTFeatureExtractor', size: 224, resample: 2 },
    [224, 224],
    'squash',
    null,
  ],
  [
    'ViT, new',
    { image_processor_type: 'ViTImageProcessor', size: { height: 384, width: 384 }, resample: 2 },
    [384, 384],
    'squash',
    null,
  ],
  [
    'ConvNeXt, old',
    { feature_extractor_type: 'ConvNextFeatureExtractor', size: 224, crop_pct: 0.875, resample: 3 },
    [224, 224],
    'shorter',
    256,
  ],
  [
    'ConvNeXt, new',
    {
      image_processor_type: 'ConvNextImageProcessor',
      size: { shortest_edge: 224 },
      crop_pct: 0.95,
      resample: 3,
    },
    [224, 224],
    'shorter',
    235,
  ],
  [
    'ConvNeXt at 384',
    { image_processor_type: 'ConvNextImageProcessor', size: { shortest_edge: 384 }, resample: 3 },
    [384, 384],
    'squash',
    null,
  ],
  [
    'DINOv2',
    {
      image_processor_type: 'BitImageProcessor',
      size: { shortest_edge: 256 },
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      resample: 3,
    },
    [224, 224],
    'shorter',
    256,
  ],
] as const)('reads the processor of %s', (_, config, size, resize, resizeTo) => {
  const { preprocessing, problem, imageSize } = readProcessor({ ...config, ...imagenet })
  expect(problem).toBeUndefined()
  expect(imageSize).toBe(size[0])
  expect(preprocessing).toEqual({
    ...{ size, resize, resizeTo },
    interpolation: config.resample === 3 ? 'bicubic' : 'bilinear',
    mean: imagenet.image_mean,
    std: imagenet.image_std,
  })
})

it.each([
  [
    'squashes images and then crops',
    { size: { height: 256, width: 256 }, do_center_crop: true, crop_size: { height: 224, width: 224 } },
  ],
  ['neither bilinear nor bicubic', { size: 224, resample: 1 }],
  ['does not divide pixels by 255', { size: 224, rescale_factor: 1 / 127.5 }],
  ['no mean and deviation', { size: 224, image_mean: undefined }],
  ['without a crop', { size: { shortest_edge: 224 } }],
  ['no size', {}],
  ['not the form', { size: 'large' }],
])('says that a processor %s', (reason, config) => {
  const { preprocessing, problem } = readProcessor({ ...imagenet, ...config })
  expect(preprocessing).toBeUndefined()
  expect(problem).toContain(
    reason.replace('squashes images and then crops', 'squashes images and then crops them'),
  )
})

it('shows images without statistics where the processor does not normalise', () => {
  const { preprocessing } = readProcessor({ size: 224, do_normalize: false })
  expect(preprocessing).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] })
})

it('reads labels, sizes and numbers of a config, and leaves out placeholders and what is damaged', () => {
  const id2label = { '1': 'dog', '0': 'cat' }
  expect(
    readConfig({
      architectures: ['ViTForImageClassification'],
      image_size: 384,
      id2label,
      num_attention_heads: 12,
      layer_norm_eps: 1e-12,
    }),
  ).toEqual({
    architecture: 'ViTForImageClassification',
    imageSize: 384,
    labels: ['cat', 'dog'],
    heads: 12,
    layerNormEpsilon: 1e-12,
  })
  expect(readConfig({ id2label: { '0': 'LABEL_0', '1': 'LABEL_1' } })).toEqual({})
  expect(readConfig({ id2label: { '0': 'cat', '2': 'dog' }, image_size: [224, 448] })).toEqual({})
  expect(readConfig({ image_size: 'large', num_attention_heads: -1, architectures: [] })).toEqual({})
  expect(readConfig(7)).toEqual({})
})

it("reads timm's config", () => {
  const pretrained_cfg = {
    input_size: [3, 288, 288],
    interpolation: 'bicubic',
    crop_pct: 0.95,
    mean: imagenet.image_mean,
    std: imagenet.image_std,
  }
  const config = { architecture: 'convnext_tiny', num_classes: 1000, pretrained_cfg }
  expect(readTimmConfig(config)).toMatchObject({
    architecture: 'convnext_tiny',
    imageSize: 288,
    preprocessing: { size: [288, 288], resize: 'shorter', resizeTo: 303, interpolation: 'bicubic' },
  })
  const squashed = readTimmConfig({ ...config, pretrained_cfg: { ...pretrained_cfg, crop_mode: 'squash' } })
  expect(squashed?.preprocessing).toMatchObject({ resize: 'squash', resizeTo: null })
  expect(
    readTimmConfig({ ...config, pretrained_cfg: { ...pretrained_cfg, interpolation: 'lanczos' } })?.problem,
  ).toContain('lanczos')
  expect(
    readTimmConfig({ ...config, pretrained_cfg: { ...pretrained_cfg, crop_mode: 'border' } })?.problem,
  ).toContain('border')
  expect(readTimmConfig({ architectures: ['ViT'] })).toBeNull()
})
