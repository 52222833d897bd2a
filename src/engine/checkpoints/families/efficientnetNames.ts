import type { Naming } from '../build/index.ts'
import { ownBlock } from './inverted.ts'

/** Factors of widths and depths (Tan and Le 2019; timm's `_gen_efficientnet` lists them). */
export const sizes = [
  [1, 1],
  [1, 1.1],
  [1.1, 1.2],
  [1.2, 1.4],
  [1.4, 1.8],
  [1.6, 2.2],
  [1.8, 2.6],
  [2, 3.1],
].map(([width = 1, depth = 1], size) => ({
  size,
  width: Math.round(1280 * width),
  depths: [1, 2, 2, 3, 3, 4, 1].map((one) => Math.ceil(one * depth)).join(),
}))

/** Layers of a block by Hugging Face's names, by whether it widens. */
const partsOf = (expands: boolean): Record<string, string> => ({
  'se.conv_reduce': 'squeeze_excite.reduce',
  'se.conv_expand': 'squeeze_excite.expand',
  conv_dw: 'depthwise_conv.depthwise_conv',
  ...(expands
    ? {
        ...{ conv_pw: 'expansion.expand_conv', bn1: 'expansion.expand_bn' },
        ...{ bn2: 'depthwise_conv.depthwise_norm' },
        ...{ conv_pwl: 'projection.project_conv', bn3: 'projection.project_bn' },
      }
    : {
        ...{ bn1: 'depthwise_conv.depthwise_norm' },
        ...{ conv_pw: 'projection.project_conv', bn2: 'projection.project_bn' },
      }),
})

/**
 * Hugging Face's `EfficientNetForImageClassification` (transformers, modeling_efficientnet.py), with weights of TensorFlow: all blocks
 * are one list. A block after the last one is asked for as that of a stage of its own.
 *
 * @param depths blocks of each stage
 */
const huggingFaceOf = (depths: readonly number[]): Naming => ({
  by: 'Hugging Face',
  needs: `blocks.6.${(depths[6] ?? 1) - 1}.conv_pwl.weight`,
  prefixes: ['efficientnet.', ''],
  rules: [
    { own: /^conv_stem\./, stored: 'embeddings.convolution.' },
    { own: /^bn1\./, stored: 'embeddings.batchnorm.' },
    {
      own: ownBlock,
      stored: (stage = '', index = '', part = '') => {
        const before = depths.slice(0, Number(stage)).reduce((sum, depth) => sum + depth, 0)
        const layer = partsOf(stage !== '0')[part]
        if (Number(index) >= (depths[Number(stage)] ?? 1) || layer === undefined) return ''
        return `encoder.blocks.${before + Number(index)}.${layer}.`
      },
    },
    { own: /^conv_head\./, stored: 'encoder.top_conv.' },
    { own: /^bn2\./, stored: 'encoder.top_bn.' },
  ],
})

/** One for each list of depths that is published, because the list of blocks does not say where a stage ends. */
export const huggingFaceNamings: readonly Naming[] = [...new Set(sizes.map(({ depths }) => depths))].map(
  (depths) => huggingFaceOf(depths.split(',').map(Number)),
)

export const isHuggingFace = (naming: Naming): boolean => huggingFaceNamings.includes(naming)
