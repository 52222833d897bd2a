import {
  add,
  batchNorm,
  conv,
  globalPool,
  linear,
  maxPool,
  relu,
  type Naming,
  type NamedTensors,
  type Net,
  type Value,
} from '../build/index.ts'
import { defineFamily } from './define.ts'
import type { Question } from './family.ts'
import { numberOf, sideQuestion } from './questions.ts'
import { preprocessingFor } from './preprocessing.ts'

interface ResNet {
  /** Blocks of each stage. */
  depths: readonly number[]
  bottleneck: boolean
  /** Side of the first kernel: 7, or less for small images. */
  stem: number
}

/** Hugging Face's `ResNetForImageClassification` (transformers, modeling_resnet.py). */
const huggingFace: Naming = {
  by: 'Hugging Face',
  prefixes: ['resnet.', ''],
  rules: [
    { own: /^conv1\./, stored: 'embedder.embedder.convolution.' },
    { own: /^bn1\./, stored: 'embedder.embedder.normalization.' },
    ...[1, 2, 3, 4].flatMap((stage) => {
      const own = `^layer${stage}\\.(\\d+)\\.`
      const block = `encoder.stages.${stage - 1}.layers.$1.`
      return [
        { own: new RegExp(`${own}downsample\\.0\\.`), stored: `${block}shortcut.convolution.` },
        { own: new RegExp(`${own}downsample\\.1\\.`), stored: `${block}shortcut.normalization.` },
        ...[1, 2, 3].flatMap((layer) => [
          { own: new RegExp(`${own}conv${layer}\\.`), stored: `${block}layer.${layer - 1}.convolution.` },
          { own: new RegExp(`${own}bn${layer}\\.`), stored: `${block}layer.${layer - 1}.normalization.` },
        ]),
      ]
    }),
    { own: /^fc\./, stored: 'classifier.1.' },
  ],
}

/** The head of many networks that were trained further: `nn.Sequential(nn.Dropout(), nn.Linear())`. */
const behindDropout: Naming = {
  by: 'torchvision',
  rules: [{ own: /^fc\./, stored: 'fc.1.' }],
  needs: 'fc.weight',
}

/**
 * ResNet, ResNeXt and Wide ResNet (He et al. 2016, Xie et al. 2017, Zagoruyko and Komodakis 2016) as torchvision builds
 * them (torchvision/models/resnet.py): the stride is in the 3x3 convolution. timm has the same names and graph. Groups and
 * widths follow from shapes.
 */
export const resnet = defineFamily<ResNet>({
  id: 'ResNet',
  namings: [behindDropout, { by: 'torchvision, timm', rules: [] }, huggingFace],

  read(tensors) {
    const stem = tensors.shape('conv1.weight')?.[3]
    if (stem === undefined || !tensors.has('bn1.running_mean')) return null
    const depths = [1, 2, 3, 4].map((stage) =>
      tensors.count((block) => `layer${stage}.${block}.conv1.weight`),
    )
    if (depths.some((depth) => depth === 0)) return null
    const config = { depths, bottleneck: tensors.has('layer1.0.conv3.weight'), stem }
    return { config, size: sizeOf(config, tensors), classes: tensors.shape('fc.weight')?.[0] ?? null }
  },

  questions: ({ config }, _tensors, hints) =>
    config.stem === 7 ? [sideQuestion(224, hints)] : [sideQuestion(32, hints), beginning],

  preprocessing({ config }, _tensors, answers) {
    const crop = config.stem === 7 ? 0.875 : null
    return {
      preprocessing: preprocessingFor(numberOf(answers, 'side'), { crop, interpolation: 'bilinear' }),
      source:
        crop === null
          ? 'none: networks for small images are published with their own'
          : 'torchvision, ImageClassification transform of the V1 weights',
    }
  },

  graph(net, { depths, bottleneck }, answers) {
    const whole = answers.beginning === 'whole'
    const first = conv(net, 'conv1', net.input, { stride: whole ? 1 : 2 })
    let x = relu(net, 'relu', batchNorm(net, 'bn1', first))
    if (!whole) x = maxPool(net, 'maxpool', x, 3, { stride: 2, pad: 1 })
    for (const [stage, depth] of depths.entries())
      for (let index = 0; index < depth; index++) {
        const stride = stage > 0 && index === 0 ? 2 : 1
        x = block(net, `layer${stage + 1}.${index}`, x, { stride, bottleneck })
      }
    const features = globalPool(net, 'avgpool', x)
    return net.has('fc.weight') ? linear(net, 'fc', features) : features
  },
})

const beginning: Question = {
  id: 'beginning',
  title: 'First layers',
  hint: 'The first kernel is smaller than that of ResNets for ImageNet. Networks for small images mostly begin with stride 1 and without pooling, which shapes do not say.',
  default: 'whole',
  choices: [
    { value: 'whole', title: 'Stride 1, no pooling' },
    { value: 'reduced', title: 'Stride 2, then pooling, as for ImageNet' },
  ],
  range: null,
}

function block(
  net: Net,
  path: string,
  x: Value,
  { stride, bottleneck }: { stride: number; bottleneck: boolean },
): Value {
  const layer = (place: number, from: Value, by = 1) =>
    batchNorm(net, `${path}.bn${place}`, conv(net, `${path}.conv${place}`, from, { stride: by }))
  const activated = (from: Value) => relu(net, `${path}.relu`, from)
  const branch = bottleneck
    ? layer(3, activated(layer(2, activated(layer(1, x)), stride)))
    : layer(2, activated(layer(1, x, stride)))
  const down = `${path}.downsample`
  const skip = net.has(`${down}.0.weight`)
    ? batchNorm(net, `${down}.1`, conv(net, `${down}.0`, x, { stride }))
    : x
  return activated(add(net, path, branch, skip))
}

const published: readonly {
  size: string
  depths: string
  bottleneck: boolean
  groups?: number
  width?: number
}[] = [
  { size: 'ResNet-18', depths: '2,2,2,2', bottleneck: false },
  { size: 'ResNet-34', depths: '3,4,6,3', bottleneck: false },
  { size: 'ResNet-50', depths: '3,4,6,3', bottleneck: true },
  { size: 'ResNet-101', depths: '3,4,23,3', bottleneck: true },
  { size: 'ResNet-152', depths: '3,8,36,3', bottleneck: true },
  { size: 'ResNeXt-50 32x4d', depths: '3,4,6,3', bottleneck: true, groups: 32, width: 128 },
  { size: 'ResNeXt-101 32x4d', depths: '3,4,23,3', bottleneck: true, groups: 32, width: 128 },
  { size: 'ResNeXt-101 32x8d', depths: '3,4,23,3', bottleneck: true, groups: 32, width: 256 },
  { size: 'ResNeXt-101 64x4d', depths: '3,4,23,3', bottleneck: true, groups: 64, width: 256 },
  { size: 'Wide ResNet-50-2', depths: '3,4,6,3', bottleneck: true, width: 128 },
  { size: 'Wide ResNet-101-2', depths: '3,4,23,3', bottleneck: true, width: 128 },
]

function sizeOf({ depths, bottleneck, stem }: ResNet, tensors: NamedTensors): string | null {
  const [width = 0, perGroup = 1] = tensors.shape('layer1.0.conv2.weight') ?? []
  const found = published.find(
    (one) =>
      stem === 7 &&
      one.depths === depths.join() &&
      one.bottleneck === bottleneck &&
      (one.width ?? 64) === width &&
      (one.groups ?? 1) === width / perGroup,
  )
  return found?.size ?? null
}
