import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

/** Factor and offset. Severities 1 and 2 reduce the saturation. */
const changes: Severities<readonly [number, number]> = [
  [0.3, 0],
  [0.1, 0],
  [2, 0],
  [5, 0.1],
  [20, 0.2],
]

/** S of HSV becomes clip(S * factor + offset). A grey pixel has hue 0, so an offset turns it reddish. */
export const saturate: CorruptionDefinition = {
  deterministic: true,
  parameters: [
    parameter('Factor of S of HSV', changes, ([factor]) => factor),
    parameter('Added to S', changes, ([, offset]) => offset),
  ],
  apply: (picture, severity) => {
    const [factor, offset] = at(changes, severity)
    const pixels = new Uint8Array(picture.pixels.length)
    for (let i = 0; i < pixels.length; i += 3) {
      const red = picture.pixels[i]!
      const green = picture.pixels[i + 1]!
      const blue = picture.pixels[i + 2]!
      const value = Math.max(red, green, blue)
      const range = value - Math.min(red, green, blue)
      const saturation = value === 0 ? 0 : range / value
      const wanted = Math.min(1, Math.max(0, saturation * factor + offset))
      if (range === 0) {
        pixels[i] = value
        pixels[i + 1] = pixels[i + 2] = value * (1 - wanted)
        continue
      }
      // Every channel keeps its place between V and the smallest one.
      const stretch = wanted / saturation
      pixels[i] = value - (value - red) * stretch
      pixels[i + 1] = value - (value - green) * stretch
      pixels[i + 2] = value - (value - blue) * stretch
    }
    return { ...picture, pixels }
  },
}
