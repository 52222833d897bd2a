import {
  add,
  convWith,
  globalPool,
  groupNorm,
  linear,
  relu,
  standardised,
  zeroPaddedMaxPool,
  type Naming,
  type Net,
  type Value,
} from '../build/index.ts'
import { defineFamily } from './define.ts'
import { numberOf, sideQuestion } from './questions.ts'
import { preprocessingFor } from './preprocessing.ts'

interface BiT {
  depths: readonly number[]
  /** Added to the variance of a kernel. */
  epsilon: number
}

const groups = 32

/** Unit 0 of stage 0 is `block1/unit01` for the authors. */
const unit = (stage: string, index: string) =>
  `block${Number(stage) + 1}/unit${String(Number(index) + 1).padStart(2, '0')}`
const own = (part: string) => new RegExp(`^stages\\.(\\d)\\.blocks\\.(\\d+)\\.${part}`)
/** The parts of a unit are `a`, `b` and `c`. */
const letter = (part: string) => 'abc'[Number(part) - 1] ?? ''

/** Kernels of TensorFlow are [h,w,in,out]. */
const kernel = [3, 2, 0, 1]
const convolution = 'standardized_conv2d/kernel'
const parameters = new Map([
  ['weight', 'gamma'],
  ['bias', 'beta'],
])

/** The .npz files of the authors (big_transfer, bit_pytorch/models.py, `load_from`). */
const npz: Naming = {
  by: 'the authors (npz)',
  prefixes: ['resnet/'],
  rules: [
    { own: /^stem\.conv\.weight$/, stored: `root_block/${convolution}`, order: kernel },
    {
      own: own('norm(\\d)\\.(weight|bias)$'),
      stored: (stage = '', index = '', part = '', name = '') =>
        `${unit(stage, index)}/${letter(part)}/group_norm/${parameters.get(name) ?? ''}`,
    },
    {
      own: own('conv(\\d)\\.weight$'),
      stored: (stage = '', index = '', part = '') => `${unit(stage, index)}/${letter(part)}/${convolution}`,
      order: kernel,
    },
    {
      own: own('downsample\\.conv\\.weight$'),
      stored: (stage = '', index = '') => `${unit(stage, index)}/a/proj/${convolution}`,
      order: kernel,
    },
    { own: /^norm\.weight$/, stored: 'group_norm/gamma' },
    { own: /^norm\.bias$/, stored: 'group_norm/beta' },
    { own: /^head\.fc\.weight$/, stored: 'head/conv2d/kernel', order: kernel },
    { own: /^head\.fc\.bias$/, stored: 'head/conv2d/bias' },
  ],
}

/** What the authors' PyTorch code saves (bit_pytorch/models.py, `ResNetV2`). */
const authors: Naming = {
  by: 'the authors',
  rules: [
    { own: /^stem\.conv\./, stored: 'root.conv.' },
    {
      own: own('downsample\\.conv\\.'),
      stored: (stage = '', index = '') => `body.${unit(stage, index).replace('/', '.')}.downsample.`,
    },
    {
      own: own('(norm|conv)(\\d)\\.'),
      stored: (stage = '', index = '', kind = '', part = '') =>
        `body.${unit(stage, index).replace('/', '.')}.${kind === 'norm' ? 'gn' : 'conv'}${part}.`,
    },
    { own: /^norm\./, stored: 'head.gn.' },
    { own: /^head\.fc\./, stored: 'head.conv.' },
  ],
}

/** timm's `ResNetV2` (timm/models/resnetv2.py) with the stem of BiT. */
const timm: Naming = { by: 'timm', rules: [] }

/**
 * BiT (Kolesnikov et al. 2020) by timm's names: a ResNet whose norms stand before the convolutions, with group norm in 32
 * groups and standardised kernels. These are computed once, when the weights are made.
 */
export const bit = defineFamily<BiT>({
  id: 'BiT',
  namings: [npz, authors, timm],

  read(tensors) {
    const stem = tensors.shape('stem.conv.weight')
    if (stem?.length !== 4 || stem[3] !== 7 || tensors.has('stages.0.blocks.0.norm1.running_mean'))
      return null
    const depths = [0, 1, 2, 3].map((stage) =>
      tensors.count((index) => `stages.${stage}.blocks.${index}.norm1.weight`),
    )
    if (depths.some((depth) => depth === 0) || !tensors.has('norm.weight')) return null
    const size = sizes.get(depths.join())
    const factor = (stem[0] ?? 0) / 64
    return {
      // As timm's `StdConv2d` and the authors' have it.
      config: { depths, epsilon: tensors.naming === timm ? 1e-8 : 1e-10 },
      size: size !== undefined && Number.isInteger(factor) && factor > 0 ? `BiT-R${size}x${factor}` : null,
      classes: tensors.shape('head.fc.weight')?.[0] ?? null,
    }
  },

  questions: ({ size }, { naming }, hints) => [
    sideQuestion(naming === timm && size !== 'BiT-R152x4' ? 448 : 480, hints),
  ],

  preprocessing: (_found, { naming }, answers) => ({
    preprocessing: preprocessingFor(numberOf(answers, 'side'), {
      crop: null,
      interpolation: 'bilinear',
      statistics: 'half',
    }),
    source:
      naming === timm
        ? 'timm, configuration of the goog_in21k_ft_in1k weights'
        : 'big_transfer, bit_hyperrule.py: whole images at 480 pixels',
  }),

  graph(net, { depths, epsilon }) {
    let x = standardisedConv(net, 'stem.conv', net.input, epsilon, 2)
    x = zeroPaddedMaxPool(net, 'stem.pool', x, 3, 2, 1)
    for (const [stage, depth] of depths.entries())
      for (let index = 0; index < depth; index++)
        x = bottleneck(net, `stages.${stage}.blocks.${index}`, x, epsilon, stage > 0 && index === 0 ? 2 : 1)
    const features = globalPool(net, 'head.global_pool', normed(net, 'norm', x))
    return net.has('head.fc.weight') ? linear(net, 'head.fc', features) : features
  },
})

const normed = (net: Net, path: string, x: Value) => relu(net, path, groupNorm(net, path, x, groups))

function standardisedConv(net: Net, path: string, x: Value, epsilon: number, stride = 1): Value {
  const tensor = `${path}.weight`
  const weight = net.add(tensor, standardised(net.expression(tensor), epsilon))
  return convWith(net, path, x, [weight, undefined], { stride })
}

/** Norm and Relu before each convolution; a projection takes what follows the first of them. */
function bottleneck(net: Net, path: string, x: Value, epsilon: number, stride: number): Value {
  const layer = (name: string, from: Value, by = 1) =>
    standardisedConv(net, `${path}.${name}`, from, epsilon, by)
  const first = normed(net, `${path}.norm1`, x)
  const skip = net.has(`${path}.downsample.conv.weight`) ? layer('downsample.conv', first, stride) : x
  const second = normed(net, `${path}.norm2`, layer('conv1', first))
  const third = normed(net, `${path}.norm3`, layer('conv2', second, stride))
  return add(net, path, layer('conv3', third), skip)
}

/** Layers of the published depths; the width is a factor of the stem's 64 channels. */
const sizes = new Map([
  ['3,4,6,3', 50],
  ['3,4,23,3', 101],
  ['3,8,36,3', 152],
])
