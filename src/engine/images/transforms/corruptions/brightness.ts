import type { Picture } from '../../picture.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

const steps: Severities<number> = [0.1, 0.2, 0.3, 0.4, 0.5]

/**
 * V of HSV becomes clip(V + step). Hue and saturation are unchanged, so the colour is multiplied by the new V divided by
 * the old one. Black becomes grey.
 */
export function brighten(picture: Picture, step: number): Picture {
  const pixels = new Uint8Array(picture.pixels.length)
  for (let i = 0; i < pixels.length; i += 3) {
    const red = picture.pixels[i]!
    const green = picture.pixels[i + 1]!
    const blue = picture.pixels[i + 2]!
    const value = Math.max(red, green, blue)
    const brighter = Math.min(255, Math.max(0, value + 255 * step))
    const factor = value === 0 ? 0 : brighter / value
    pixels[i] = value === 0 ? brighter : red * factor
    pixels[i + 1] = value === 0 ? brighter : green * factor
    pixels[i + 2] = value === 0 ? brighter : blue * factor
  }
  return { ...picture, pixels }
}

export const brightness: CorruptionDefinition = {
  deterministic: true,
  parameters: [parameter('Added to V of HSV', steps)],
  apply: (picture, severity) => brighten(picture, at(steps, severity)),
}
