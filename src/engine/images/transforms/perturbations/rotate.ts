import { sinCos } from '#shared/elementary.ts'
import { aboutCentre, affineCrop } from '../../filters/affineCrop.ts'
import { radians, type Perturb } from './types.ts'

/** Turned clockwise by -15 to 15 degrees. */
export const rotate: Perturb = ({ crop, whole }, frame) => {
  const picture = whole()
  const { sin, cos } = sinCos(radians(frame - 15))
  return affineCrop(picture, aboutCentre(picture, [cos, sin, -sin, cos]), crop.height, crop.width)
}
