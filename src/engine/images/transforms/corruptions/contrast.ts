import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

const factors: Severities<number> = [0.4, 0.3, 0.2, 0.1, 0.05]

/** (x - m) * factor + m, where m is the mean of the channel over the image. */
export const contrast: CorruptionDefinition = {
  deterministic: true,
  parameters: [parameter('Factor', factors)],
  apply: (picture, severity) => {
    const factor = at(factors, severity)
    const { pixels: from, height, width } = picture
    const pixels = new Uint8Array(from.length)
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0
      for (let i = channel; i < from.length; i += 3) sum += from[i]!
      const mean = sum / (height * width)
      for (let i = channel; i < from.length; i += 3) pixels[i] = (from[i]! - mean) * factor + mean
    }
    return { ...picture, pixels }
  },
}
