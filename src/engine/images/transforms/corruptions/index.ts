import { generator } from '#shared/random.ts'
import type { Corruption, CorruptionName } from '#shared/transforms/corruption.ts'
import { throughJpeg } from '../../jpeg/index.ts'
import type { Picture } from '../../picture.ts'
import { brightness } from './brightness.ts'
import { contrast } from './contrast.ts'
import { defocusBlur } from './defocusBlur.ts'
import { elasticTransform } from './elasticTransform.ts'
import { fog } from './fog.ts'
import { frost } from './frost.ts'
import { gaussianBlur } from './gaussianBlur.ts'
import { gaussianNoise } from './gaussianNoise.ts'
import { glassBlur } from './glassBlur.ts'
import { impulseNoise } from './impulseNoise.ts'
import { jpegCompression } from './jpegCompression.ts'
import { motionBlur } from './motionBlur.ts'
import { pixelate } from './pixelate.ts'
import { saturate } from './saturate.ts'
import { shotNoise } from './shotNoise.ts'
import { snow } from './snow.ts'
import { spatter } from './spatter.ts'
import { speckleNoise } from './speckleNoise.ts'
import type { Corrupt } from './types.ts'
import { zoomBlur } from './zoomBlur.ts'

const corruptions: Record<CorruptionName, Corrupt> = {
  gaussian_noise: gaussianNoise,
  shot_noise: shotNoise,
  impulse_noise: impulseNoise,
  defocus_blur: defocusBlur,
  glass_blur: glassBlur,
  motion_blur: motionBlur,
  zoom_blur: zoomBlur,
  snow,
  frost,
  fog,
  brightness,
  contrast,
  elastic_transform: elasticTransform,
  pixelate,
  jpeg_compression: jpegCompression,
  speckle_noise: speckleNoise,
  gaussian_blur: gaussianBlur,
  spatter,
  saturate,
}

/** Quality of the JPEG files of ImageNet-C. */
const publishedQuality = 85

/** The picture corrupted; draws belong to (name, severity, seed, image) and to nothing else. */
export function applyCorruption(picture: Picture, transform: Corruption, imageKey: string): Picture {
  const { name, severity, seed, jpeg } = transform
  const random = generator('corruption', name, severity, seed, imageKey)
  const corrupted = corruptions[name](picture, severity, random, transform)
  return jpeg ? throughJpeg(corrupted, publishedQuality) : corrupted
}
