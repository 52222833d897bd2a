import { borderIndex } from './blur.ts'
import type { Plane } from './edges.ts'

/** 3x3 weights, row by row, over the mirrored neighbourhood of every pixel; not rounded. */
export function filter3x3(
  { values, height, width }: Plane | Plane<Float32Array>,
  weights: readonly number[],
): Plane<Float32Array> {
  const out = new Float32Array(height * width)
  for (let y = 0; y < height; y++) {
    const rows = [-1, 0, 1].map((dy) => borderIndex(y + dy, height, 'mirror') * width)
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let dx = -1; dx <= 1; dx++) {
        const column = borderIndex(x + dx, width, 'mirror')
        for (let r = 0; r < 3; r++) sum += weights[3 * r + dx + 1]! * values[rows[r]! + column]!
      }
      out[y * width + x] = sum
    }
  }
  return { values: out, height, width }
}

const ninths = new Array<number>(9).fill(1 / 9)

/** Mean of 3x3. */
export const boxBlur = (plane: Plane | Plane<Float32Array>): Plane<Float32Array> => filter3x3(plane, ninths)

/** Rounded and cut to 8 bits. */
export const rounded = (plane: Plane<Float32Array>): Plane => ({
  ...plane,
  values: Uint8Array.from(plane.values, (value) => Math.min(255, Math.max(0, Math.round(value)))),
})

/** Histogram equalisation as OpenCV's: the darkest level that occurs becomes 0. */
export function equalised(plane: Plane): Plane {
  const histogram = new Uint32Array(256)
  for (const value of plane.values) histogram[value]! += 1
  const darkest = histogram.findIndex((count) => count > 0)
  const rest = plane.values.length - (histogram[darkest] ?? 0)
  if (rest === 0) return plane
  const table = new Uint8Array(256)
  let below = 0
  for (let level = darkest + 1; level < 256; level++) {
    below += histogram[level]!
    table[level] = Math.round((below * 255) / rest)
  }
  return { ...plane, values: plane.values.map((value) => table[value]!) }
}
