import { sinCos } from '#shared/elementary.ts'
import { aboutCentre, affineCrop } from '../../filters/affineCrop.ts'
import { degrees, radians, type PerturbationDefinition } from './definition.ts'

/** Shears along x by -15 to 15 degrees like today's torchvision (that of 2018 also shrank y by the cosine). */
export const shear: PerturbationDefinition = {
  text: (frame) => degrees(frame - 15),
  apply: ({ crop, whole }, frame) => {
    const picture = whole()
    const { sin, cos } = sinCos(radians(frame - 15))
    return affineCrop(picture, aboutCentre(picture, [1, sin / cos, 0, 1]), crop.height, crop.width)
  },
}
