import type { Picture } from '../picture.ts'
import { bytesAt, clearMemory, floatsAt, place, toBytes } from '../simd/rows.ts'

/** Levels as floats [height, width, channels], 0..255 for 8-bit content. */
export interface Levels {
  values: Float32Array
  height: number
  width: number
  channels: number
}

/** Converts 8-bit pixels to floats in 0..255. */
export const toLevels = ({ pixels, height, width }: Picture): Levels => ({
  values: new Float32Array(pixels),
  height,
  width,
  channels: 3,
})

/** Clips to 0..255 and truncates to whole levels, like `np.uint8(np.clip(x, 0, 255))`. */
export function toPicture({ values, height, width }: Levels): Picture {
  clearMemory()
  const from = place(values.length)
  const bytes = place(values.length)
  floatsAt(from, values.length).set(values)
  toBytes(bytes, from, values.length)
  return { pixels: bytesAt(bytes, values.length).slice(), height, width }
}

/** Side of the images, in pixels, for which lengths were published. */
const publishedSide = 224

/** Factor of lengths in pixels: 1 for a shorter side of 224. */
export const lengthScale = ({ height, width }: { height: number; width: number }) =>
  Math.min(height, width) / publishedSide
