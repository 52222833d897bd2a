import { generator } from '#shared/random.ts'
import type { Corruption } from '#shared/transforms/corruption.ts'
import type { CorruptionName } from '#shared/transforms/corruptionNames.ts'
import { throughJpeg } from '../../jpeg/index.ts'
import type { Picture } from '../../picture.ts'
import type { TransformContext } from '../context.ts'
import * as all from './all.ts'
import type { CorruptionDefinition } from './definition.ts'

export type { Parameter } from './definition.ts'

export const corruptions: Record<CorruptionName, CorruptionDefinition> = all

/** JPEG quality of the files of ImageNet-C. */
const publishedQuality = 85

/** Corrupts a picture. The draws depend on name, severity, seed and image, and on nothing else. */
export function applyCorruption(
  picture: Picture,
  transform: Corruption,
  { imageKey, pictures }: Pick<TransformContext, 'imageKey' | 'pictures'>,
): Picture {
  const { name, severity, seed, jpeg } = transform
  const random = generator('corruption', name, severity, seed, imageKey)
  const corrupted = corruptions[name].apply(picture, severity, random, { ...transform, pictures })
  return jpeg ? throughJpeg(corrupted, publishedQuality) : corrupted
}
