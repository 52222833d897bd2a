import { gaussianBlur as blur } from '../../filters/blur.ts'
import { lengthScale, toLevels, toPicture } from '../../filters/levels.ts'
import type { Perturb } from './types.ts'

/** Sigma from 0.25 to 1.30, cut at 6 sigma. */
export const gaussianBlur: Perturb = ({ crop }, frame) =>
  toPicture(blur(toLevels(crop), (0.25 + 0.035 * frame) * lengthScale(crop), 6))
