import { borderIndex, type Border } from './blur.ts'
import type { Levels } from './levels.ts'

/** Writes the input position [x, y] of the output pixel (x, y) to `place`, in pixel centres. */
export type Mapping = (x: number, y: number, place: Float64Array) => void

/** An affine map from (x, y) to (a x + b y + c, d x + e y + f). */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

export const affine =
  ([a, b, c, d, e, f]: Affine): Mapping =>
  (x, y, place) => {
    place[0] = a * x + b * y + c
    place[1] = d * x + e * y + f
  }

/** Samples a three-channel image bilinearly at the positions of the mapping. `border` continues the image. */
export function warp(levels: Levels, border: Border, mapping: Mapping): Levels {
  const { values, height, width } = levels
  const out = new Float32Array(values.length)
  const place = new Float64Array(2)
  let to = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      mapping(x, y, place)
      const left = Math.floor(place[0]!)
      const top = Math.floor(place[1]!)
      const right = place[0]! - left
      const down = place[1]! - top
      const inside = left >= 0 && top >= 0 && left + 1 < width && top + 1 < height
      const x0 = 3 * (inside ? left : borderIndex(left, width, border))
      const x1 = inside ? x0 + 3 : 3 * borderIndex(left + 1, width, border)
      const y0 = 3 * width * (inside ? top : borderIndex(top, height, border))
      const y1 = inside ? y0 + 3 * width : 3 * width * borderIndex(top + 1, height, border)
      for (let c = 0; c < 3; c++) {
        const upper = values[y0 + x0 + c]! + right * (values[y0 + x1 + c]! - values[y0 + x0 + c]!)
        const lower = values[y1 + x0 + c]! + right * (values[y1 + x1 + c]! - values[y1 + x0 + c]!)
        out[to++] = upper + down * (lower - upper)
      }
    }
  }
  return { ...levels, values: out }
}

/** The affine map of three points `from`, not on one line, to three points `to`. */
export function affineThrough(from: readonly [number, number][], to: readonly [number, number][]): Affine {
  const [p, q, r] = from
  const [u, v, w] = to
  if (!p || !q || !r || !u || !v || !w) throw new RangeError('invalid points: three are needed')
  const [x1, y1, x2, y2] = [q[0] - p[0], q[1] - p[1], r[0] - p[0], r[1] - p[1]]
  const area = x1 * y2 - x2 * y1
  const row = (i: 0 | 1): [number, number, number] => {
    const [d1, d2] = [v[i] - u[i], w[i] - u[i]]
    const a = (d1 * y2 - d2 * y1) / area
    const b = (d2 * x1 - d1 * x2) / area
    return [a, b, u[i] - a * p[0] - b * p[1]]
  }
  return [...row(0), ...row(1)]
}
