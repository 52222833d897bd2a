import { aboutCentre, affineCrop } from '../../filters/affineCrop.ts'
import { lengthScale } from '../../filters/levels.ts'
import { signed, type PerturbationDefinition } from './definition.ts'

/** Shifts to the right by -20 to 20 pixels at 224. */
export const translate: PerturbationDefinition = {
  text: (frame) => `${signed(frame - 20)} px`,
  apply: ({ crop, whole }, frame) => {
    const picture = whole()
    const shift = Math.round((frame - 20) * lengthScale(crop))
    return affineCrop(picture, aboutCentre(picture, [1, 0, 0, 1], [shift, 0]), crop.height, crop.width)
  },
}
