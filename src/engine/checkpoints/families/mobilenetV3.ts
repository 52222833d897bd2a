import {
  conv,
  flatten,
  globalMean,
  hardSigmoid,
  hardSwish,
  linear,
  relu,
  type NamedTensors,
  type Naming,
} from '../build/index.ts'
import { defineFamily } from './define.ts'
import {
  convNorm,
  depthsOf,
  hasStages,
  invertedBlock,
  originQuestion,
  ownBlock,
  placeOf,
  type Layers,
  type Stage,
} from './inverted.ts'
import { preprocessingFor } from './preprocessing.ts'
import { numberOf, sideQuestion } from './questions.ts'

/** A stage as published: its blocks, the stride of the first, and whether it has hard swish in place of Relu. */
interface Published extends Stage {
  depth: number
  stride: number
  swish: boolean
}

interface Layout {
  size: string
  /** Outputs of the last convolution before the pooling, and of the layer behind it. */
  widths: string
  stages: readonly Published[]
}

const stagesOf = (...rows: readonly string[]): Published[] =>
  rows.map((row) => {
    const [depth = 0, kernel = 0, stride = 0] = row.split(' ').map(Number)
    return { depth, kernel, stride, squeezed: row.includes('squeezed'), swish: row.includes('swish') }
  })

/** Tables 1 and 2 of Howard et al. 2019: blocks, kernel and stride of each stage. */
const large: Layout = {
  size: 'MobileNetV3-Large',
  widths: '16,960,1280',
  stages: stagesOf(
    '1 3 1',
    '2 3 2',
    '3 5 2 squeezed',
    '4 3 2 swish',
    '2 3 1 squeezed swish',
    '3 5 2 squeezed swish',
  ),
}
const small: Layout = {
  size: 'MobileNetV3-Small',
  widths: '16,576,1024',
  stages: stagesOf(
    '1 3 2 squeezed',
    '2 3 2',
    '3 5 2 squeezed swish',
    '2 5 1 squeezed swish',
    '3 5 2 squeezed swish',
  ),
}

/** torchvision's `MobileNetV3` (torchvision/models/mobilenetv3.py): all blocks in one list. */
function torchvision({ stages }: Layout): Naming {
  const total = stages.reduce((sum, { depth }) => sum + depth, 1)
  return {
    by: 'torchvision',
    rules: [
      { own: /^conv_stem\./, stored: 'features.0.0.' },
      { own: /^bn1\./, stored: 'features.0.1.' },
      { own: new RegExp(`^blocks\\.${stages.length}\\.0\\.conv\\.`), stored: `features.${total}.0.` },
      { own: new RegExp(`^blocks\\.${stages.length}\\.0\\.bn1\\.`), stored: `features.${total}.1.` },
      {
        own: ownBlock,
        stored: (stage = '', index = '', part = '') => {
          const { depth, squeezed } = stages[Number(stage)] ?? { depth: 0, squeezed: false }
          if (Number(index) >= depth) return ''
          const before = stages.slice(0, Number(stage)).reduce((sum, one) => sum + one.depth, 1)
          const [layer, place] = placeOf(part, stage !== '0', squeezed)
          const name = part.startsWith('se.') ? `fc${place + 1}` : String(place)
          return `features.${before + Number(index)}.block.${layer}.${name}.`
        },
      },
      { own: /^conv_head\./, stored: 'classifier.0.' },
      { own: /^classifier\./, stored: 'classifier.3.' },
    ],
  }
}

const timm: Naming = { by: 'timm', needs: 'conv_head.bias', rules: [] }

interface MobileNetV3 {
  layout: Layout
  /** timm's head has a convolution where torchvision's has a linear layer, which is the same. */
  convolutional: boolean
}

/** MobileNetV3 large and small (Howard et al. 2019) by timm's names (timm/models/mobilenetv3.py). */
export const mobileNetV3 = defineFamily<MobileNetV3>({
  id: 'MobileNetV3',
  namings: [torchvision(large), torchvision(small), timm],

  read(tensors) {
    const layout = [large, small].find((one) => fits(tensors, one))
    if (!layout) return null
    const widths = ['conv_stem', `blocks.${layout.stages.length}.0.conv`, 'conv_head'].map(
      (path) => tensors.shape(`${path}.weight`)?.[0],
    )
    return {
      config: { layout, convolutional: tensors.naming === timm },
      size: widths.join() === layout.widths ? layout.size : null,
      classes: tensors.shape('classifier.weight')?.[0] ?? null,
    }
  },

  questions: ({ config }, _tensors, hints) => [
    ...(config.convolutional ? [originQuestion(hints, 'pytorch')] : []),
    sideQuestion(224, hints),
  ],

  preprocessing: ({ config }, _tensors, answers) => ({
    preprocessing: preprocessingFor(numberOf(answers, 'side'), {
      crop: 0.875,
      interpolation: answers.origin === 'pytorch' ? 'bicubic' : 'bilinear',
      statistics: answers.origin === 'tensorflow' ? 'half' : 'imagenet',
    }),
    source: !config.convolutional
      ? 'torchvision, transform of the IMAGENET1K_V1 weights'
      : answers.origin === 'tensorflow'
        ? 'timm, configuration of the tf_ weights'
        : 'timm, configuration of the ra_in1k and lamb_in1k weights',
  }),

  graph(net, { layout, convolutional }, answers) {
    const layersWith = (activation: typeof relu): Layers => ({
      epsilon: answers.origin === 'pytorch' ? 1e-5 : 1e-3,
      same: answers.origin === 'tensorflow',
      activation,
      squeeze: [relu, hardSigmoid],
    })
    const swish = layersWith(hardSwish)
    let x = hardSwish(net, 'bn1.act', convNorm(net, ['conv_stem', 'bn1'], net.input, swish, 2))
    for (const [stage, one] of layout.stages.entries())
      for (let index = 0; index < one.depth; index++) {
        const path = `blocks.${stage}.${index}`
        x = invertedBlock(net, path, x, one.swish ? swish : layersWith(relu), index === 0 ? one.stride : 1)
      }
    const last = `blocks.${layout.stages.length}.0`
    x = hardSwish(net, `${last}.bn1.act`, convNorm(net, [`${last}.conv`, `${last}.bn1`], x, swish))
    const pooled = globalMean(net, 'global_pool', x)
    const features = convolutional
      ? flatten(net, 'flatten', hardSwish(net, 'conv_head.act', conv(net, 'conv_head', pooled)))
      : hardSwish(net, 'conv_head.act', linear(net, 'conv_head', flatten(net, 'flatten', pooled)))
    return net.has('classifier.weight') ? linear(net, 'classifier', features) : features
  },
})

/** Whether the blocks and their kernels and squeezes are those of a layout. */
function fits(tensors: NamedTensors, { stages }: Layout): boolean {
  const depths = depthsOf(tensors, stages.length)
  return (
    stages.every(({ depth }, stage) => depths[stage] === depth) &&
    hasStages(tensors, depths, stages) &&
    tensors.has(`blocks.${stages.length}.0.conv.weight`) &&
    tensors.has('conv_head.bias')
  )
}
