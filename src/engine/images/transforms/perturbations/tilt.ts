import { sinCos } from '#shared/elementary.ts'
import { multiply, perspectiveCrop } from '../../filters/perspectiveCrop.ts'
import { degrees, radians, type PerturbationDefinition } from './definition.ts'

/**
 * Tilts a picture about both of its axes by -15 to 15 degrees. The camera is as far away as the diagonal is long. The
 * plane is at z = 1 before it is turned, as in the published matrix.
 */
export const tilt: PerturbationDefinition = {
  text: (frame) => degrees(frame - 15),
  apply: ({ crop, whole }, frame) => {
    const picture = whole()
    const { height: h, width: w } = picture
    const f = Math.sqrt(w * w + h * h)
    const { sin, cos } = sinCos(radians(frame - 15))
    const toPlane = [1, 0, -w / 2, 0, 1, -h / 2, 0, 0, 1, 0, 0, 1]
    const aboutX = [1, 0, 0, 0, 0, cos, -sin, 0, 0, sin, cos, 0, 0, 0, 0, 1]
    const aboutY = [cos, 0, -sin, 0, 0, 1, 0, 0, sin, 0, cos, 0, 0, 0, 0, 1]
    const away = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, f, 0, 0, 0, 1]
    const onScreen = [f, 0, w / 2, 0, 0, f, h / 2, 0, 0, 0, 1, 0]
    const map = [away, aboutX, aboutY, toPlane].reduce(
      (product, next) => multiply(product, next, 4),
      onScreen,
    )
    return perspectiveCrop(picture, map, crop.height, crop.width)
  },
}
