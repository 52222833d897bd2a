import { gaussianBlur as blur } from '../../filters/blur.ts'
import { lengthScale, toLevels, toPicture } from '../../filters/levels.ts'
import { at, type Corrupt, type Severities } from './types.ts'

export const sigmas: Severities<number> = [1, 2, 3, 4, 6]

export const gaussianBlur: Corrupt = (picture, severity) =>
  toPicture(blur(toLevels(picture), at(sigmas, severity) * lengthScale(picture)))
