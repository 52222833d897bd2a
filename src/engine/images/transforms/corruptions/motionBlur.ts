import { motionBlur as blur } from '../../filters/motion.ts'
import { lengthScale } from '../../filters/levels.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

/** Radius and sigma. */
const motions: Severities<readonly [number, number]> = [
  [10, 3],
  [15, 5],
  [15, 8],
  [15, 12],
  [20, 15],
]

/** Motion blur in one direction per image, drawn from -45 to 45 degrees. */
export const motionBlur: CorruptionDefinition = {
  deterministic: false,
  parameters: [
    parameter('Radius', motions, ([radius]) => radius),
    parameter('Sigma', motions, ([, sigma]) => sigma),
  ],
  apply: (picture, severity, random) => {
    const [radius, sigma] = at(motions, severity)
    const scale = lengthScale(picture)
    const degrees = 90 * random.uniform() - 45
    const { pixels } = blur(
      { ...picture, channels: 3 },
      Math.max(1, Math.round(radius * scale)),
      sigma * scale,
      degrees,
    )
    return { ...picture, pixels }
  },
}
