import { aboutCentre, affineCrop } from '../../filters/affineCrop.ts'
import type { PerturbationDefinition } from './definition.ts'

/** Scales by 0.40 to 1.15. The crop has black borders where the scaled picture does not fill it. */
export const scale: PerturbationDefinition = {
  text: (frame) => `${((40 + 2.5 * frame) / 100).toFixed(3)} times`,
  apply: ({ crop, whole }, frame) => {
    const picture = whole()
    const shrink = 1 / ((40 + 2.5 * frame) / 100)
    return affineCrop(picture, aboutCentre(picture, [shrink, 0, 0, shrink]), crop.height, crop.width)
  },
}
