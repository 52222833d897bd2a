import type { Picture } from '../picture.ts'

/** Grey levels as fractions, 0..255 for 8-bit content, in rows, height x width x channels. */
export interface Levels {
  values: Float32Array
  height: number
  width: number
  channels: number
}

export const toLevels = ({ pixels, height, width }: Picture): Levels => ({
  values: new Float32Array(pixels),
  height,
  width,
  channels: 3,
})

/** Cut to 0..255 and truncated to whole levels, as `np.uint8(np.clip(x, 0, 255))`. */
export function toPicture({ values, height, width }: Levels): Picture {
  const pixels = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    pixels[i] = value <= 0 ? 0 : value >= 255 ? 255 : value
  }
  return { pixels, height, width }
}

/** The picture with every 8-bit sample sent through a table of 256. */
export function throughTable(picture: Picture, table: Uint8Array): Picture {
  const pixels = new Uint8Array(picture.pixels.length)
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[picture.pixels[i]!]!
  return { ...picture, pixels }
}

/** Size for which the published lengths hold. */
const publishedSide = 224

/** What lengths in pixels are multiplied by: 1 at 224. */
export const lengthScale = ({ height, width }: { height: number; width: number }) =>
  Math.min(height, width) / publishedSide
