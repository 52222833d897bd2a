import { globalPool, linear, sigmoid, silu, type Naming } from '../build/index.ts'
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
} from './inverted.ts'
import { huggingFaceNamings, isHuggingFace, sizes } from './efficientnetNames.ts'
import { preprocessingFor } from './preprocessing.ts'
import { numberOf, sideQuestion } from './questions.ts'

interface EfficientNet {
  depths: readonly number[]
  /** Epsilon of batch norms and padding, where names do not leave them open; null: they are asked. */
  known: { epsilon: number; same: boolean } | null
}

/** torchvision's `EfficientNet` (torchvision/models/efficientnet.py). */
const torchvision: Naming = {
  by: 'torchvision',
  rules: [
    { own: /^conv_stem\./, stored: 'features.0.0.' },
    { own: /^bn1\./, stored: 'features.0.1.' },
    {
      own: ownBlock,
      stored: (stage = '', index = '', part = '') => {
        const [layer, place] = placeOf(part, stage !== '0', true)
        const name = part.startsWith('se.') ? `fc${place + 1}` : String(place)
        return `features.${Number(stage) + 1}.${index}.block.${layer}.${name}.`
      },
    },
    { own: /^conv_head\./, stored: 'features.8.0.' },
    { own: /^bn2\./, stored: 'features.8.1.' },
    { own: /^classifier\./, stored: 'classifier.1.' },
  ],
}

/** timm's names are asked, torchvision's weights are trained with it, Hugging Face's are TensorFlow's. */
function knownOf(naming: Naming, epsilon: number): EfficientNet['known'] {
  if (naming === torchvision) return { epsilon, same: false }
  return isHuggingFace(naming) ? { epsilon: 1e-3, same: true } : null
}

const strides = [1, 2, 2, 2, 1, 2, 1]
const stages = [3, 3, 5, 3, 5, 5, 3].map((kernel) => ({ kernel, squeezed: true }))

/** EfficientNet B0 to B7 (Tan and Le 2019) by timm's names (timm/models/efficientnet.py, `_gen_efficientnet`). */
export const efficientNet = defineFamily<EfficientNet>({
  id: 'EfficientNet',
  namings: [torchvision, { by: 'timm', needs: 'conv_head.weight', rules: [] }, ...huggingFaceNamings],

  read(tensors) {
    const depths = depthsOf(tensors, strides.length)
    if (depths.some((depth) => depth === 0) || !tensors.has('bn2.running_mean')) return null
    if (!hasStages(tensors, depths, stages, 6)) return null
    const width = tensors.shape('conv_head.weight')?.[0]
    const size = sizes.find((one) => one.width === width && one.depths === depths.join())?.size
    // torchvision's B5 to B7 are converted from TensorFlow's weights, but for the padding.
    const epsilon = size !== undefined && size >= 5 ? 1e-3 : 1e-5
    const { naming } = tensors
    // More blocks than these sizes have: of another one.
    if (isHuggingFace(naming) && tensors.has('blocks.7.0.conv_dw.weight')) return null
    return {
      config: { depths, known: knownOf(naming, epsilon) },
      size: size === undefined ? null : `EfficientNet-B${size}`,
      classes: tensors.shape('classifier.weight')?.[0] ?? null,
    }
  },

  questions({ config, size }, _tensors, hints) {
    const published = publishedFor(size)
    if (config.known) {
      const [side] = config.known.same ? published.tensorFlow : published.torchvision
      return [sideQuestion(side, hints)]
    }
    const origin = originQuestion(hints, published.timm ? 'pytorch' : 'tensorflow')
    const [side] = origin.default === 'pytorch' && published.timm ? published.timm : published.tensorFlow
    return [origin, sideQuestion(side, hints)]
  },

  preprocessing({ size, config }, _tensors, answers) {
    const published = publishedFor(size)
    const made = (crop: number, source: string) => ({
      preprocessing: preprocessingFor(numberOf(answers, 'side'), { crop, interpolation: 'bicubic' }),
      source,
    })
    if (config.known?.same)
      return made(published.tensorFlow[1], 'timm, configuration of the tf_ weights, which these are')
    if (config.known) {
      const [side, resized] = published.torchvision
      return made(side / resized, 'torchvision, transform of the IMAGENET1K_V1 weights')
    }
    if (answers.origin === 'tensorflow')
      return made(published.tensorFlow[1], 'timm, configuration of the tf_ weights (aa_in1k, ns_jft_in1k)')
    return made(published.timm?.[1] ?? 0.875, 'timm, configuration of the weights trained with it')
  },

  graph(net, { depths, known }, answers) {
    const same = known?.same ?? answers.origin === 'tensorflow'
    const layers: Layers = {
      epsilon: known?.epsilon ?? (same ? 1e-3 : 1e-5),
      same,
      activation: silu,
      squeeze: [silu, sigmoid],
    }
    let x = silu(net, 'bn1.act', convNorm(net, ['conv_stem', 'bn1'], net.input, layers, 2))
    for (const [stage, depth] of depths.entries())
      for (let index = 0; index < depth; index++) {
        const stride = index === 0 ? (strides[stage] ?? 1) : 1
        x = invertedBlock(net, `blocks.${stage}.${index}`, x, layers, stride)
      }
    x = silu(net, 'bn2.act', convNorm(net, ['conv_head', 'bn2'], x, layers))
    const features = globalPool(net, 'global_pool', x)
    return net.has('classifier.weight') ? linear(net, 'classifier', features) : features
  },
})

/** Side of the input and length of the shorter side before the crop, or its ratio. */
interface Sides {
  torchvision: readonly [number, number]
  tensorFlow: readonly [number, number]
  /** null: timm has no weights of its own. */
  timm: readonly [number, number] | null
}

const b0: Sides = { torchvision: [224, 256], tensorFlow: [224, 0.875], timm: [224, 0.875] }

/** B0 to B7. */
const sides: readonly Sides[] = [
  b0,
  { torchvision: [240, 256], tensorFlow: [240, 0.882], timm: [224, 0.875] },
  { torchvision: [288, 288], tensorFlow: [260, 0.89], timm: [256, 0.875] },
  { torchvision: [300, 320], tensorFlow: [300, 0.904], timm: [288, 0.875] },
  { torchvision: [380, 384], tensorFlow: [380, 0.922], timm: [320, 0.875] },
  { torchvision: [456, 456], tensorFlow: [456, 0.934], timm: null },
  { torchvision: [528, 528], tensorFlow: [528, 0.942], timm: null },
  { torchvision: [600, 600], tensorFlow: [600, 0.949], timm: null },
]

const publishedFor = (size: string | null): Sides => sides[Number(size?.slice(-1))] ?? b0
