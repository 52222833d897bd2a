import { globalPool, linear, relu, relu6, sigmoid, type Naming } from '../build/index.ts'
import { defineFamily } from './define.ts'
import { convNorm, depthsOf, hasStages, invertedBlock, ownBlock, placeOf, type Layers } from './inverted.ts'
import { preprocessingFor } from './preprocessing.ts'
import { numberOf, sideQuestion } from './questions.ts'

interface MobileNetV2 {
  depths: readonly number[]
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

/** MobileNetV2 (Sandler et al. 2018) by timm's names (timm/models/efficientnet.py, `_gen_mobilenet_v2`). */
export const mobileNetV2 = defineFamily<MobileNetV2>({
  id: 'MobileNetV2',
  namings: [torchvision, { by: 'timm', needs: 'conv_head.weight', rules: [] }],

  read(tensors) {
    const found = depthsOf(tensors, strides.length)
    const stages = strides.map(() => ({ kernel: 3, squeezed: false }))
    if (found.some((depth) => depth === 0) || !tensors.has('bn2.running_mean')) return null
    if (!hasStages(tensors, found, stages, 6)) return null
    const widths = ['conv_stem', 'blocks.6.0.conv_pwl', 'conv_head'].map(
      (path) => tensors.shape(`${path}.weight`)?.[0],
    )
    return {
      config: { depths: found },
      size: widths.join() === '32,320,1280' && found.join() === depths.join() ? 'MobileNetV2' : null,
      classes: tensors.shape('classifier.weight')?.[0] ?? null,
    }
  },

  questions: (_found, _tensors, hints) => [sideQuestion(224, hints)],

  preprocessing: (_found, { naming }, answers) => ({
    preprocessing: preprocessingFor(numberOf(answers, 'side'), {
      crop: 0.875,
      interpolation: naming === torchvision ? 'bilinear' : 'bicubic',
    }),
    source:
      naming === torchvision
        ? 'torchvision, transform of the IMAGENET1K_V1 weights'
        : 'timm, configuration of the ra_in1k weights',
  }),

  graph(net, config) {
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

const layers: Layers = { epsilon: 1e-5, same: false, activation: relu6, squeeze: [relu, sigmoid] }
