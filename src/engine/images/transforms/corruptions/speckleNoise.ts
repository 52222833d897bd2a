import type { Generator } from '#shared/random.ts'
import type { Picture } from '../../picture.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

const deviations: Severities<number> = [0.15, 0.2, 0.35, 0.45, 0.6]

/** x + x N(0, deviation) with one draw per channel value, x in [0,1]. */
export function addSpeckleNoise(picture: Picture, deviation: number, random: Generator): Picture {
  const noise = random.normals(picture.pixels.length)
  const pixels = new Uint8Array(noise.length)
  for (let i = 0; i < pixels.length; i++) {
    const value = picture.pixels[i]! * (1 + deviation * noise[i]!)
    pixels[i] = value <= 0 ? 0 : value >= 255 ? 255 : value
  }
  return { ...picture, pixels }
}

export const speckleNoise: CorruptionDefinition = {
  deterministic: false,
  parameters: [parameter('Standard deviation', deviations)],
  apply: (picture, severity, random) => addSpeckleNoise(picture, at(deviations, severity), random),
}
