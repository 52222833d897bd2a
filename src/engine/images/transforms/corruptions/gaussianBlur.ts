import { gaussianBlur as blur } from '../../filters/blur.ts'
import { lengthScale, toLevels, toPicture } from '../../filters/levels.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

const sigmas: Severities<number> = [1, 2, 3, 4, 6]

export const gaussianBlur: CorruptionDefinition = {
  deterministic: true,
  parameters: [parameter('Sigma', sigmas)],
  apply: (picture, severity) =>
    toPicture(blur(toLevels(picture), at(sigmas, severity) * lengthScale(picture))),
}
