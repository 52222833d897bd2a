import { plasma } from '../../filters/plasma.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

/** Strength of the fog, and decay of the plasma's amplitude. */
const fogs: Severities<readonly [number, number]> = [
  [1.5, 2],
  [2, 2],
  [2.5, 1.7],
  [2.5, 1.5],
  [3, 1.4],
]

/** (x + strength * plasma) * max / (max + strength), max = the brightest value of the image. */
export const fog: CorruptionDefinition = {
  deterministic: false,
  parameters: [
    parameter('Strength', fogs, ([strength]) => strength),
    parameter('Decay of the plasma', fogs, ([, decay]) => decay),
  ],
  apply: (picture, severity, random) => {
    const [strength, decay] = at(fogs, severity)
    const { pixels: from, height, width } = picture
    const side = 2 ** Math.ceil(Math.log2(Math.max(height, width, 2)))
    const cloud = plasma(side, decay, random)
    let brightest = 0
    for (let i = 0; i < from.length; i++) if (from[i]! > brightest) brightest = from[i]!
    const damping = brightest / (brightest + 255 * strength)
    const pixels = new Uint8Array(from.length)
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i += 3) {
        // The result is at most `brightest`, so it needs no clipping.
        const veil = 255 * strength * cloud[y * side + x]!
        pixels[i] = (from[i]! + veil) * damping
        pixels[i + 1] = (from[i + 1]! + veil) * damping
        pixels[i + 2] = (from[i + 2]! + veil) * damping
      }
    }
    return { pixels, height, width }
  },
}
