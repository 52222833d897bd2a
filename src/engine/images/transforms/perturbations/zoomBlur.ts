import { aboutCentre, affineCrop } from '../../filters/affineCrop.ts'
import type { PerturbationDefinition } from './definition.ts'

/** Mean of the clean crop and the crops enlarged by 1.004, 1.008, … up to this frame. */
export const zoomBlur: PerturbationDefinition = {
  text: (frame) => (frame === 0 ? 'clean' : `up to ${(1 + 0.004 * frame).toFixed(3)} times`),
  apply: ({ crop, whole }, frame) => {
    const picture = whole()
    const sum = Uint32Array.from(crop.pixels)
    for (let k = 1; k <= frame; k++) {
      const shrink = 1 / (1 + 0.004 * k)
      const { pixels } = affineCrop(
        picture,
        aboutCentre(picture, [shrink, 0, 0, shrink]),
        crop.height,
        crop.width,
      )
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + pixels[i]!
    }
    return { ...crop, pixels: Uint8Array.from(sum, (total) => total / (frame + 1)) }
  },
}
