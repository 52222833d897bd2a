import { borderIndex } from './blur.ts'
import type { Plane } from './edges.ts'

/** Filters a plane with 3x3 weights (row by row) and a mirrored border, without rounding. */
export function filter3x3(
  { values, height, width }: Plane | Plane<Float32Array>,
  weights: readonly number[],
): Plane<Float32Array> {
  const out = new Float32Array(height * width)
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = weights
  for (let y = 0; y < height; y++) {
    const above = borderIndex(y - 1, height, 'mirror') * width
    const here = y * width
    const below = borderIndex(y + 1, height, 'mirror') * width
    for (let x = 0; x < width; x++) {
      const l = x === 0 ? borderIndex(-1, width, 'mirror') : x - 1
      const r = x === width - 1 ? borderIndex(width, width, 'mirror') : x + 1
      out[here + x] =
        a * values[above + l]! +
        b * values[above + x]! +
        c * values[above + r]! +
        d * values[here + l]! +
        e * values[here + x]! +
        f * values[here + r]! +
        g * values[below + l]! +
        h * values[below + x]! +
        i * values[below + r]!
    }
  }
  return { values: out, height, width }
}

const ninths = new Array<number>(9).fill(1 / 9)

/** Mean over 3x3 pixels. */
export const boxBlur = (plane: Plane | Plane<Float32Array>): Plane<Float32Array> => filter3x3(plane, ninths)

/** Rounds and clips to 8 bits. */
export function rounded(plane: Plane<Float32Array>): Plane {
  const values = new Uint8ClampedArray(plane.values.length)
  const from = plane.values
  for (let i = 0; i < values.length; i++) values[i] = Math.floor(from[i]! + 0.5)
  return { ...plane, values: new Uint8Array(values.buffer) }
}

/** Histogram equalisation like OpenCV: the darkest level of the plane becomes 0. */
export function equalised(plane: Plane): Plane {
  const histogram = new Uint32Array(256)
  const { values } = plane
  for (let i = 0; i < values.length; i++) histogram[values[i]!]! += 1
  const darkest = histogram.findIndex((count) => count > 0)
  const rest = plane.values.length - (histogram[darkest] ?? 0)
  if (rest === 0) return plane
  const table = new Uint8Array(256)
  let below = 0
  for (let level = darkest + 1; level < 256; level++) {
    below += histogram[level]!
    table[level] = Math.round((below * 255) / rest)
  }
  const out = new Uint8Array(values.length)
  for (let i = 0; i < values.length; i++) out[i] = table[values[i]!]!
  return { ...plane, values: out }
}
