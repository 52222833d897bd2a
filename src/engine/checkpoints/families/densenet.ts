import {
  averagePool,
  batchNorm,
  concat,
  conv,
  globalPool,
  linear,
  maxPool,
  relu,
  type Naming,
  type Net,
  type Value,
} from '../build/index.ts'
import { defineFamily } from './define.ts'
import { preprocessingFor } from './preprocessing.ts'
import { numberOf, sideQuestion } from './questions.ts'

interface DenseNet {
  /** Layers of each dense block. */
  depths: readonly number[]
}

/** As torchvision's files have them, from before names of modules could not have dots (`_load_state_dict`). */
const dotted: Naming = {
  by: 'torchvision (old)',
  rules: [{ own: /^(.*\.denselayer\d+\.(?:norm|conv))([12])\./, stored: '$1.$2.' }],
}

/**
 * DenseNet-BC (Huang et al. 2017) by torchvision's names (torchvision/models/densenet.py), which are timm's too
 * (timm/models/densenet.py).
 */
export const denseNet = defineFamily<DenseNet>({
  id: 'DenseNet',
  namings: [{ by: 'torchvision, timm', rules: [] }, dotted],

  read(tensors) {
    const stem = tensors.shape('features.conv0.weight')
    if (stem?.[3] !== 7) return null
    const depths = [1, 2, 3, 4].map((block) =>
      tensors.count((index) => `${layerPath(block, index + 1)}.conv1.weight`),
    )
    if (depths.some((depth) => depth === 0)) return null
    const growth = tensors.shape(`${layerPath(1, 1)}.conv2.weight`)?.[0]
    const size = sizes.get(`${stem[0]} ${growth} ${depths.join()}`)
    return {
      config: { depths },
      size: size === undefined ? null : `DenseNet-${size}`,
      classes: tensors.shape('classifier.weight')?.[0] ?? null,
    }
  },

  questions: (_found, _tensors, hints) => [sideQuestion(224, hints)],

  preprocessing: (_found, _tensors, answers) => ({
    preprocessing: preprocessingFor(numberOf(answers, 'side'), { crop: 0.875, interpolation: 'bilinear' }),
    source: 'torchvision, transform of the IMAGENET1K_V1 weights',
  }),

  graph(net, { depths }) {
    const first = conv(net, 'features.conv0', net.input, { stride: 2 })
    let x = normed(net, 'features', 0, first)
    x = maxPool(net, 'features.pool0', x, 3, { stride: 2, pad: 1 })
    for (const [index, depth] of depths.entries()) {
      x = denseBlock(net, index + 1, x, depth)
      if (index < depths.length - 1) x = transition(net, `features.transition${index + 1}`, x)
    }
    const features = globalPool(net, 'avgpool', relu(net, 'relu', batchNorm(net, 'features.norm5', x)))
    return net.has('classifier.weight') ? linear(net, 'classifier', features) : features
  },
})

const layerPath = (block: number, index: number) => `features.denseblock${block}.denselayer${index}`

const normed = (net: Net, path: string, place: number, x: Value) =>
  relu(net, `${path}.relu${place}`, batchNorm(net, `${path}.norm${place}`, x))

/** Each layer reads what all before it gave; the block gives all. */
function denseBlock(net: Net, block: number, x: Value, depth: number): Value {
  const parts = [x]
  for (let index = 1; index <= depth; index++) {
    const path = layerPath(block, index)
    const narrow = conv(net, `${path}.conv1`, normed(net, path, 1, concat(net, path, parts, 0)))
    parts.push(conv(net, `${path}.conv2`, normed(net, path, 2, narrow)))
  }
  return concat(net, `features.denseblock${block}`, parts, 0)
}

function transition(net: Net, path: string, x: Value): Value {
  const active = relu(net, `${path}.relu`, batchNorm(net, `${path}.norm`, x))
  return averagePool(net, `${path}.pool`, conv(net, `${path}.conv`, active), 2, { stride: 2 })
}

/** By channels of the stem, growth and layers. */
const sizes = new Map([
  ['64 32 6,12,24,16', 121],
  ['96 48 6,12,36,24', 161],
  ['64 32 6,12,32,32', 169],
  ['64 32 6,12,48,32', 201],
])
