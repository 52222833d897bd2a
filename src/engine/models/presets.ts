import type { Inspection, Preprocessing } from '#shared/contract/index.ts'
import { allStatistics, statistics, valuesOf } from '#shared/statistics.ts'

export interface Preset {
  id: string
  title: string
  preprocessing: Preprocessing
}

const imagenet = valuesOf(statistics.imagenet)
const half = valuesOf(statistics.half)

/** Preprocessing of the models in the paper (from their repositories and timm's configurations). */
export const presets: readonly Preset[] = [
  preset('imagenet-bilinear', 'ImageNet, torchvision: 256 bilinear, crop 224', {
    size: [224, 224],
    resize: 'shorter',
    resizeTo: 256,
    interpolation: 'bilinear',
    ...imagenet,
  }),
  preset('imagenet-bicubic', 'RepLKNet, ConvNeXt: 256 bicubic, crop 224', {
    size: [224, 224],
    resize: 'shorter',
    resizeTo: 256,
    interpolation: 'bicubic',
    ...imagenet,
  }),
  preset('replknet-384', 'RepLKNet-31L: squashed to 384, bicubic', {
    size: [384, 384],
    resize: 'squash',
    resizeTo: null,
    interpolation: 'bicubic',
    ...imagenet,
  }),
  preset('vit-224', 'ViT augreg: 248 bicubic, crop 224, mean 0.5', {
    size: [224, 224],
    resize: 'shorter',
    resizeTo: 248,
    interpolation: 'bicubic',
    ...half,
  }),
  preset('vit-384', 'ViT original: 384 bicubic, crop 384, mean 0.5', {
    size: [384, 384],
    resize: 'shorter',
    resizeTo: 384,
    interpolation: 'bicubic',
    ...half,
  }),
  preset('bit-448', 'BiT (timm): squashed to 448, bilinear, mean 0.5', {
    size: [448, 448],
    resize: 'squash',
    resizeTo: null,
    interpolation: 'bilinear',
    ...half,
  }),
  preset('bit-480', 'BiT (official): squashed to 480, bilinear, mean 0.5', {
    size: [480, 480],
    resize: 'squash',
    resizeTo: null,
    interpolation: 'bilinear',
    ...half,
  }),
  preset('imagenet-squash', 'Squashed to 224, bilinear', {
    size: [224, 224],
    resize: 'squash',
    resizeTo: null,
    interpolation: 'bilinear',
    ...imagenet,
  }),
]

function preset(id: string, title: string, preprocessing: Preprocessing): Preset {
  return { id, title, preprocessing }
}

/** Statistics at an input size [height, width], without a crop: for small inputs such as those of CIFAR. */
export const presetsAt = (size: [number, number]): Preset[] =>
  allStatistics.map((one) =>
    preset(one.id, `${one.title}; the whole image to the input size (${size[1]}x${size[0]}), no crop`, {
      size,
      resize: 'squash',
      resizeTo: null,
      interpolation: 'bilinear',
      ...valuesOf(one),
    }),
  )

/** Side in pixels up to which inputs are of data sets of small images, which are not cropped. */
const smallest = 64

/**
 * Guesses the preprocessing of a model from its family and input size [height, width]. It is only a guess: the state of
 * the model says so until it was set or tried.
 */
export function guessPreprocessing(family: Inspection['family'], size: [number, number]): Preprocessing {
  const guess = guessCropped(family, size)
  return Math.max(...size) <= smallest ? { ...guess, resize: 'squash', resizeTo: null } : guess
}

/** The guess of versions that cropped small inputs too. */
export function guessCropped(family: Inspection['family'], size: [number, number]): Preprocessing {
  const [height, width] = size
  const values = family === 'ViT' || family === 'BiT' ? half : imagenet
  const interpolation =
    family === 'RepLKNet' || family === 'ConvNeXt' || family === 'ViT' || family === 'Swin'
      ? 'bicubic'
      : 'bilinear'
  if (family === 'BiT' || height !== width)
    return { size, resize: 'squash', resizeTo: null, interpolation, ...values }
  const ratio = family === 'ViT' ? 0.9 : 0.875
  return { size, resize: 'shorter', resizeTo: Math.floor(width / ratio), interpolation, ...values }
}
