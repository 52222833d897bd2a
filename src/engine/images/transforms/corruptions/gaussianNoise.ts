import type { Generator } from '#shared/random.ts'
import type { Picture } from '../../picture.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

const deviations: Severities<number> = [0.08, 0.12, 0.18, 0.26, 0.38]

/** x + N(0, deviation) with one draw per channel value, x in [0,1]. */
export function addGaussianNoise(picture: Picture, deviation: number, random: Generator): Picture {
  const noise = random.normals(picture.pixels.length)
  const pixels = new Uint8Array(noise.length)
  const scale = 255 * deviation
  for (let i = 0; i < pixels.length; i++) {
    const value = picture.pixels[i]! + scale * noise[i]!
    pixels[i] = value <= 0 ? 0 : value >= 255 ? 255 : value
  }
  return { ...picture, pixels }
}

export const gaussianNoise: CorruptionDefinition = {
  deterministic: false,
  parameters: [parameter('Standard deviation', deviations)],
  apply: (picture, severity, random) => addGaussianNoise(picture, at(deviations, severity), random),
}
