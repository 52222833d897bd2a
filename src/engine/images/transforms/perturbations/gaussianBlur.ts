import { gaussianBlur as blur } from '../../filters/blur.ts'
import { lengthScale, toLevels, toPicture } from '../../filters/levels.ts'
import type { PerturbationDefinition } from './definition.ts'

/** Gaussian blur with sigma from 0.25 to 1.30 pixels at 224, truncated at 6 sigma. */
export const gaussianBlur: PerturbationDefinition = {
  text: (frame) => `sigma ${(0.25 + 0.035 * frame).toFixed(3)}`,
  apply: ({ crop }, frame) => toPicture(blur(toLevels(crop), (0.25 + 0.035 * frame) * lengthScale(crop), 6)),
}
