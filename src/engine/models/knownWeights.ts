import type { Inspection, Preprocessing } from '#shared/contract/index.ts'
import { statistics, valuesOf, type Statistics } from '#shared/statistics.ts'

interface KnownWeights {
  /** The whole name of the file, without its ending, in lower case. */
  name: RegExp
  family: Inspection['family']
  side: number
  /** Input side over the length of the shorter side; null where images are squashed to the input. */
  ratio: number | null
  interpolation: Preprocessing['interpolation']
  statistics: Statistics
}

const { imagenet, half } = statistics

/**
 * Weights that are known by the full name they are published under by timm, with their tag (its configurations). Those of
 * other authors are in `publishedPreprocessing`.
 */
const known: readonly KnownWeights[] = [
  at('ViT', 224, 0.9, half, /^vit_(tiny|small|base|large)_patch(16|32)_224\.augreg_in21k_ft_in1k$/),
  at('ViT', 384, 1, half, /^vit_(tiny|small|base|large)_patch(16|32)_384\.augreg_in21k_ft_in1k$/),
  at('ViT', 224, 0.9, imagenet, /^deit_(tiny|small|base)_patch16_224\.fb_in1k$/),
  at('Swin', 224, 0.9, imagenet, /^swin_(tiny|small|base)_patch4_window7_224\.ms_in1k$/),
  at('ConvNeXt', 224, 0.875, imagenet, /^convnext_(tiny|small|base|large)\.fb_in1k$/),
  { ...at('ResNet', 224, 0.875, imagenet, /^resnet(18|34|50|101|152)\.tv_in1k$/), interpolation: 'bilinear' },
  {
    ...at('BiT', 448, null, half, /^resnetv2_(50x1|50x3|101x1|101x3|152x2)_bit\.goog_in21k_ft_in1k$/),
    interpolation: 'bilinear',
  },
]

function at(
  family: KnownWeights['family'],
  side: number,
  ratio: number | null,
  values: Statistics,
  name: RegExp,
): KnownWeights {
  return { name, family, side, ratio, statistics: values, interpolation: 'bicubic' }
}

/**
 * Finds the preprocessing of known weights. Name, family and input size must all fit.
 *
 * @param stem name of the model file without its ending
 * @returns null for weights that are not in the table
 */
export function knownPreprocessing(
  stem: string,
  family: Inspection['family'],
  [height, width]: readonly [number, number],
): Preprocessing | null {
  const name = stem.toLowerCase()
  const found = known.find(
    (one) => one.name.test(name) && one.family === family && one.side === height && one.side === width,
  )
  if (!found) return null
  const { side, ratio, interpolation } = found
  return {
    size: [side, side],
    resize: ratio === null ? 'squash' : 'shorter',
    resizeTo: ratio === null ? null : Math.floor(side / ratio),
    interpolation,
    ...valuesOf(found.statistics),
  }
}
