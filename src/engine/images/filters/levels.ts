import type { Picture } from '../picture.ts'
import { bytesAt, clearMemory, floatsAt, place, toBytes } from '../simd/rows.ts'

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
  clearMemory()
  const from = place(values.length)
  const bytes = place(values.length)
  floatsAt(from, values.length).set(values)
  toBytes(bytes, from, values.length)
  return { pixels: bytesAt(bytes, values.length).slice(), height, width }
}

/** Size for which the published lengths hold. */
const publishedSide = 224

/** What lengths in pixels are multiplied by: 1 at 224. */
export const lengthScale = ({ height, width }: { height: number; width: number }) =>
  Math.min(height, width) / publishedSide
