import { aboutCentre, affineCrop } from '../../filters/affineCrop.ts'
import type { PerturbationDefinition } from './definition.ts'

/** Scaled from 0.40 to 1.15; black comes into the crop when the resized picture no longer fills it. */
export const scale: PerturbationDefinition = {
  text: (frame) => `${((40 + 2.5 * frame) / 100).toFixed(3)} times`,
  apply: ({ crop, whole }, frame) => {
    const picture = whole()
    const shrink = 1 / ((40 + 2.5 * frame) / 100)
    return affineCrop(picture, aboutCentre(picture, [shrink, 0, 0, shrink]), crop.height, crop.width)
  },
}
