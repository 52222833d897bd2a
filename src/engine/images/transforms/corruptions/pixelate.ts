import { resize } from '../../resample.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

const factors: Severities<number> = [0.6, 0.5, 0.4, 0.3, 0.25]

/** Shrinks a picture and enlarges it again, both with Pillow's box filter. */
export const pixelate: CorruptionDefinition = {
  deterministic: true,
  parameters: [parameter('Factor', factors)],
  apply: (picture, severity) => {
    const factor = at(factors, severity)
    const { height, width } = picture
    const small = resize(
      picture,
      Math.max(1, Math.trunc(height * factor)),
      Math.max(1, Math.trunc(width * factor)),
      'box',
    )
    return resize(small, height, width, 'box')
  },
}
