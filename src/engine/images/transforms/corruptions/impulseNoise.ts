import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

const shares: Severities<number> = [0.03, 0.06, 0.09, 0.17, 0.27]

/** Salt and pepper noise: sets the given share of the channel values to 0 or 255, with equal probability. */
export const impulseNoise: CorruptionDefinition = {
  deterministic: false,
  parameters: [parameter('Share of the channel values', shares)],
  apply: (picture, severity, random) => {
    const flipped = at(shares, severity) * 4294967296
    const pixels = new Uint8Array(picture.pixels)
    for (let i = 0; i < pixels.length; i++) {
      const draw = random.uint32()
      if (draw < flipped) pixels[i] = 2 * draw < flipped ? 255 : 0
    }
    return { ...picture, pixels }
  },
}
