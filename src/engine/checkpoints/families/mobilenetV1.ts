import { globalPool, linear, relu6, sigmoid, type Net, type Value } from '../build/index.ts'
import { defineFamily } from './define.ts'
import { convNorm, type Layers } from './inverted.ts'
import { preprocessingFor } from './preprocessing.ts'
import { numberOf, sideQuestion } from './questions.ts'

interface MobileNetV1 {
  /** Convolutions behind the first one: depthwise and 1x1 in turn. */
  layers: number
}

/** Strides of the depthwise convolutions as published. */
const strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]

/** TensorFlow's padding and epsilon, because the weights are TensorFlow's. */
const ofTensorFlow: Layers = { epsilon: 1e-3, same: true, activation: relu6, squeeze: [relu6, sigmoid] }

/** Published widths by the channels of the last layer. */
const sizes = new Map([
  [1024, 'MobileNetV1'],
  [768, 'MobileNetV1 0.75'],
  [512, 'MobileNetV1 0.5'],
  [256, 'MobileNetV1 0.25'],
])

/**
 * MobileNetV1 (Howard et al. 2017) by the names of Hugging Face's `MobileNetV1ForImageClassification` (transformers,
 * modeling_mobilenet_v1.py): depthwise and 1x1 convolutions in turn, in one list.
 */
export const mobileNetV1 = defineFamily<MobileNetV1>({
  id: 'MobileNetV1',
  namings: [{ by: 'Hugging Face', prefixes: ['mobilenet_v1.', ''], rules: [] }],

  read(tensors) {
    const stem = tensors.shape('conv_stem.convolution.weight')
    const layers = tensors.count((index) => `layer.${index}.convolution.weight`)
    const isDepthwise = (index: number) => tensors.shape(`layer.${index}.convolution.weight`)?.[1] === 1
    if (stem?.length !== 4 || layers !== 2 * strides.length || !isDepthwise(0) || isDepthwise(1)) return null
    const width = tensors.shape(`layer.${layers - 1}.convolution.weight`)?.[0]
    return {
      config: { layers },
      size: sizes.get(width ?? 0) ?? null,
      classes: tensors.shape('classifier.weight')?.[0] ?? null,
    }
  },

  questions: (_found, _tensors, hints) => [sideQuestion(224, hints)],

  preprocessing: (_found, _tensors, answers) => ({
    preprocessing: preprocessingFor(numberOf(answers, 'side'), {
      crop: 0.875,
      interpolation: 'bilinear',
      statistics: 'half',
    }),
    source: 'Hugging Face, configuration of the google/mobilenet_v1 weights',
  }),

  graph(net, { layers }) {
    let x = layer(net, 'conv_stem', net.input, 2)
    for (let index = 0; index < layers; index++)
      x = layer(net, `layer.${index}`, x, index % 2 === 0 ? (strides[index / 2] ?? 1) : 1)
    const features = globalPool(net, 'pooler', x)
    return net.has('classifier.weight') ? linear(net, 'classifier', features) : features
  },
})

const layer = (net: Net, path: string, x: Value, stride: number): Value =>
  relu6(
    net,
    `${path}.activation`,
    convNorm(net, [`${path}.convolution`, `${path}.normalization`], x, ofTensorFlow, stride),
  )
