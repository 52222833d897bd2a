import { globalPool, linear, relu, relu6, sigmoid, type Naming } from '../build/index.ts'
import { defineFamily } from './define.ts'
import { convNorm, depthsOf, hasStages, invertedBlock, ownBlock, placeOf, type Layers } from './inverted.ts'
import { preprocessingFor } from './preprocessing.ts'
import { numberOf, sideQuestion } from './questions.ts'

interface MobileNetV2 {
  depths: readonly number[]
  /** Whether the weights are TensorFlow's: Hugging Face's are. */
  ofTensorFlow: boolean
}

/** Blocks of each stage as published, and strides of their first blocks. */
const depths = [1, 2, 3, 4, 3, 3, 1]
const strides = [1, 2, 2, 2, 1, 2, 1]

/** torchvision's `MobileNetV2` (torchvision/models/mobilenetv2.py): all blocks in one list. */
const torchvision: Naming = {
  by: 'torchvision',
  needs: 'blocks.6.0.conv_pwl.weight',
  rules: [
    { own: /^conv_stem\./, stored: 'features.0.0.' },
    { own: /^bn1\./, stored: 'features.0.1.' },
    {
      own: ownBlock,
      stored: (stage = '', index = '', part = '') => {
        const before = depths.slice(0, Number(stage)).reduce((sum, depth) => sum + depth, 1)
        if (Number(index) >= (depths[Number(stage)] ?? 0)) return ''
        const expands = Number(stage) > 0
        const [layer, place] = placeOf(part, expands, false)
        // The last convolution and its norm stand in the list themselves.
        const last = layer === (expands ? 2 : 1)
        return `features.${before + Number(index)}.conv.${last ? layer + place : `${layer}.${place}`}.`
      },
    },
    { own: /^conv_head\./, stored: 'features.18.0.' },
    { own: /^bn2\./, stored: 'features.18.1.' },
    { own: /^classifier\./, stored: 'classifier.1.' },
  ],
}

/** Layers of a block by Hugging Face's names, by whether it widens. */
const partsOf = (expands: boolean): Record<string, string> =>
  expands
    ? {
        ...{ conv_pw: 'expand_1x1.convolution', bn1: 'expand_1x1.normalization' },
        ...{ conv_dw: 'conv_3x3.convolution', bn2: 'conv_3x3.normalization' },
        ...{ conv_pwl: 'reduce_1x1.convolution', bn3: 'reduce_1x1.normalization' },
      }
    : {
        ...{ conv_dw: 'conv_3x3.convolution', bn1: 'conv_3x3.normalization' },
        ...{ conv_pw: 'reduce_1x1.convolution', bn2: 'reduce_1x1.normalization' },
      }

/**
 * Hugging Face's `MobileNetV2ForImageClassification` (transformers, modeling_mobilenet_v2.py), with weights of TensorFlow: the
 * first block is part of the stem, the others are one list.
 */
const huggingFace: Naming = {
  by: 'Hugging Face',
  needs: 'blocks.6.0.conv_pwl.weight',
  prefixes: ['mobilenet_v2.', ''],
  rules: [
    { own: /^conv_stem\./, stored: 'conv_stem.first_conv.convolution.' },
    { own: /^bn1\./, stored: 'conv_stem.first_conv.normalization.' },
    {
      own: ownBlock,
      stored: (stage = '', index = '', part = '') => {
        if (Number(index) >= (depths[Number(stage)] ?? 0)) return ''
        const layer = partsOf(stage !== '0')[part]
        const before = depths.slice(1, Number(stage)).reduce((sum, depth) => sum + depth, 0)
        const block = stage === '0' ? 'conv_stem' : `layer.${before + Number(index)}`
        return layer === undefined ? '' : `${block}.${layer}.`
      },
    },
    { own: /^conv_head\./, stored: 'conv_1x1.convolution.' },
    { own: /^bn2\./, stored: 'conv_1x1.normalization.' },
  ],
}

/** MobileNetV2 (Sandler et al. 2018) by timm's names (timm/models/efficientnet.py, `_gen_mobilenet_v2`). */
export const mobileNetV2 = defineFamily<MobileNetV2>({
  id: 'MobileNetV2',
  namings: [torchvision, { by: 'timm', needs: 'conv_head.weight', rules: [] }, huggingFace],

  read(tensors) {
    const found = depthsOf(tensors, strides.length)
    const stages = strides.map(() => ({ kernel: 3, squeezed: false }))
    if (found.some((depth) => depth === 0) || !tensors.has('bn2.running_mean')) return null
    if (!hasStages(tensors, found, stages, 6)) return null
    const widths = ['conv_stem', 'blocks.6.0.conv_pwl', 'conv_head'].map(
      (path) => tensors.shape(`${path}.weight`)?.[0],
    )
    return {
      config: { depths: found, ofTensorFlow: tensors.naming === huggingFace },
      size: widths.join() === '32,320,1280' && found.join() === depths.join() ? 'MobileNetV2' : null,
      classes: tensors.shape('classifier.weight')?.[0] ?? null,
    }
  },

  questions: (_found, _tensors, hints) => [sideQuestion(224, hints)],

  preprocessing: ({ config: { ofTensorFlow } }, { naming }, answers) => ({
    preprocessing: preprocessingFor(numberOf(answers, 'side'), {
      crop: 0.875,
      interpolation: naming === torchvision || ofTensorFlow ? 'bilinear' : 'bicubic',
      ...(ofTensorFlow ? { statistics: 'half' as const } : {}),
    }),
    source: ofTensorFlow
      ? 'Hugging Face, configuration of the google/mobilenet_v2 weights'
      : naming === torchvision
        ? 'torchvision, transform of the IMAGENET1K_V1 weights'
        : 'timm, configuration of the ra_in1k weights',
  }),

  graph(net, config) {
    const layers = layersOf(config.ofTensorFlow)
    let x = relu6(net, 'act1', convNorm(net, ['conv_stem', 'bn1'], net.input, layers, 2))
    for (const [stage, depth] of config.depths.entries())
      for (let index = 0; index < depth; index++) {
        const stride = index === 0 ? (strides[stage] ?? 1) : 1
        x = invertedBlock(net, `blocks.${stage}.${index}`, x, layers, stride)
      }
    x = relu6(net, 'act2', convNorm(net, ['conv_head', 'bn2'], x, layers))
    const features = globalPool(net, 'global_pool', x)
    return net.has('classifier.weight') ? linear(net, 'classifier', features) : features
  },
})

const layersOf = (ofTensorFlow: boolean): Layers => ({
  epsilon: ofTensorFlow ? 1e-3 : 1e-5,
  same: ofTensorFlow,
  activation: relu6,
  squeeze: [relu, sigmoid],
})
