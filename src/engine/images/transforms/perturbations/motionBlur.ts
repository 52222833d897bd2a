import { lengthScale } from '../../filters/levels.ts'
import { motionBlur as blur } from '../../filters/motion.ts'
import { degrees, type PerturbationDefinition } from './definition.ts'

/** Motion blur with a direction that turns from -120 to 0 degrees. */
export const motionBlur: PerturbationDefinition = {
  text: (frame) => degrees(4 * (frame - 30)),
  apply: ({ crop }, frame) => {
    const scale = lengthScale(crop)
    const { pixels } = blur(
      { ...crop, channels: 3 },
      Math.max(1, Math.round(10 * scale)),
      3 * scale,
      4 * (frame - 30),
    )
    return { ...crop, pixels }
  },
}
