import {
  averagePool,
  batchNorm,
  conv,
  count,
  globalPool,
  linear,
  maxPool,
  relu,
  reshape,
  type NamedTensors,
  type Naming,
  type Net,
  type Value,
} from '../build/index.ts'
import { defineFamily } from './define.ts'
import { preprocessingFor } from './preprocessing.ts'
import { numberOf, sideQuestion } from './questions.ts'

interface VGG {
  /** Channels of each convolution, and M for a pooling. */
  layers: readonly (number | 'M')[]
  normed: boolean
  /** Whether the first two linear layers are convolutions, as timm has them. */
  convolutional: boolean
}

/** timm's `VGG` (timm/models/vgg.py): the first two linear layers are convolutions. */
const timm: Naming = {
  by: 'timm',
  needs: 'classifier.0.weight',
  rules: [
    { own: /^classifier\.0\./, stored: 'pre_logits.fc1.' },
    { own: /^classifier\.3\./, stored: 'pre_logits.fc2.' },
    { own: /^classifier\.6\./, stored: 'head.fc.' },
  ],
}

/**
 * VGG with and without batch norm (Simonyan and Zisserman 2015) by torchvision's names (torchvision/models/vgg.py): a
 * pooling stands where an index of `features` is left out.
 */
export const vgg = defineFamily<VGG>({
  id: 'VGG',
  namings: [{ by: 'torchvision', needs: 'classifier.0.weight', rules: [] }, timm],

  read(tensors) {
    if (tensors.shape('features.0.weight')?.[3] !== 3 || !tensors.has('features.0.bias')) return null
    const normed = tensors.has('features.1.running_mean')
    const layers = layersOf(tensors, normed ? 3 : 2)
    const [hidden, ...map] = tensors.shape('classifier.0.weight') ?? []
    // The first linear layer reads 7x7 places.
    if (count(map) !== 49 * (Number(layers.at(-2)) || 0)) return null
    const size = hidden === 4096 ? sizes.get(layers.join()) : undefined
    return {
      config: { layers, normed, convolutional: tensors.naming === timm },
      size: size === undefined ? null : `VGG-${size}${normed ? ' BN' : ''}`,
      classes: tensors.shape('classifier.6.weight')?.[0] ?? null,
    }
  },

  questions({ config }, _tensors, hints) {
    const published = 7 * 2 ** config.layers.filter((one) => one === 'M').length
    return [sideQuestion(published, hints, published)]
  },

  preprocessing: (_found, { naming }, answers) => ({
    preprocessing: preprocessingFor(numberOf(answers, 'side'), { crop: 0.875, interpolation: 'bilinear' }),
    source:
      naming === timm
        ? 'timm, configuration of the tv_in1k weights'
        : 'torchvision, transform of the IMAGENET1K_V1 weights',
  }),

  graph(net, { layers, normed, convolutional }) {
    let x = net.input
    let index = 0
    for (const one of layers) {
      if (one === 'M') x = maxPool(net, `features.${index}`, x, 2, { stride: 2 })
      else x = layer(net, index, x, normed)
      index += one === 'M' ? 1 : normed ? 3 : 2
    }
    const features = convolutional ? convolved(net, x) : flat(net, x)
    return net.has('classifier.6.weight') ? linear(net, 'classifier.6', features) : features
  },
})

/** Reads the layers from the indices that convolutions have: `step` after one comes the next, or a pooling. */
function layersOf(tensors: NamedTensors, step: number): (number | 'M')[] {
  const layers: (number | 'M')[] = []
  let index = 0
  for (;;) {
    const channels = tensors.shape(`features.${index}.weight`)?.[0]
    if (channels === undefined && layers.at(-1) === 'M') return layers
    layers.push(channels ?? 'M')
    index += channels === undefined ? 1 : step
  }
}

function layer(net: Net, index: number, x: Value, normed: boolean): Value {
  const made = conv(net, `features.${index}`, x)
  return normed
    ? relu(net, `features.${index + 2}`, batchNorm(net, `features.${index + 1}`, made))
    : relu(net, `features.${index + 1}`, made)
}

/** torchvision's: means over 7x7 parts of the map, which are read by a linear layer. */
function flat(net: Net, x: Value): Value {
  const side = (x.shape[1] ?? 0) / 7
  const pooled = averagePool(net, 'avgpool', x, side, { stride: side })
  const vector = reshape(net, 'flatten', pooled, [count(pooled.shape)])
  const first = relu(net, 'classifier.1', linear(net, 'classifier.0', vector))
  return relu(net, 'classifier.4', linear(net, 'classifier.3', first))
}

/** timm's: both layers at every place, and the mean of what they give. */
function convolved(net: Net, x: Value): Value {
  const first = relu(net, 'classifier.1', conv(net, 'classifier.0', x, { pad: 0 }))
  const second = relu(net, 'classifier.4', conv(net, 'classifier.3', first, { pad: 0 }))
  return globalPool(net, 'global_pool', second)
}

/** Channels and poolings of the configurations A, B, D and E. */
const sizes = new Map(
  [
    [1, 1, 2, 2, 2],
    [2, 2, 2, 2, 2],
    [2, 2, 3, 3, 3],
    [2, 2, 4, 4, 4],
  ].map((depths): [string, number] => [
    depths
      .flatMap((depth, stage) => [...new Array<number>(depth).fill(Math.min(64 * 2 ** stage, 512)), 'M'])
      .join(),
    depths.reduce((sum, depth) => sum + depth, 3),
  ]),
)
