import { sinCos } from '#shared/elementary.ts'
import { aboutCentre, affineCrop } from '../../filters/affineCrop.ts'
import { degrees, radians, type PerturbationDefinition } from './definition.ts'

/** Rotates clockwise by -15 to 15 degrees. */
export const rotate: PerturbationDefinition = {
  text: (frame) => degrees(frame - 15),
  apply: ({ crop, whole }, frame) => {
    const picture = whole()
    const { sin, cos } = sinCos(radians(frame - 15))
    return affineCrop(picture, aboutCentre(picture, [cos, sin, -sin, cos]), crop.height, crop.width)
  },
}
