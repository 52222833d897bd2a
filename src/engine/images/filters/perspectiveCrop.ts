import { cropAxis } from '../geometry.ts'
import type { Picture } from '../picture.ts'

/** A 3x3 matrix, row by row. */
export type Homography = readonly number[]

/** Product of two matrices, row by row; `inner` is the number of columns of a. */
export function multiply(a: readonly number[], b: readonly number[], inner: number): number[] {
  const rows = a.length / inner
  const columns = b.length / inner
  return Array.from({ length: rows * columns }, (_, i) => {
    let sum = 0
    for (let k = 0; k < inner; k++)
      sum += a[Math.floor(i / columns) * inner + k]! * b[k * columns + (i % columns)]!
    return sum
  })
}

/** Inverse of a 3x3 matrix up to a factor, which does not change a homography. */
function adjugate(m: Homography): number[] {
  const minor = (i: number, j: number) => {
    const at = (row: number, column: number) => m[((row + 3) % 3) * 3 + ((column + 3) % 3)]!
    return at(i + 1, j + 1) * at(i + 2, j + 2) - at(i + 1, j + 2) * at(i + 2, j + 1)
  }
  return [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => minor(column, row)))
}

/** OpenCV rounds a source position to 5 fraction bits. */
const steps = 32

/**
 * Transforms a picture by a homography (input to output) and takes the centre crop. Equals OpenCV's warpPerspective
 * (bilinear, black outside, same size) and then torchvision's CenterCrop. Only the crop is computed.
 */
export function perspectiveCrop(
  picture: Picture,
  forward: Homography,
  height: number,
  width: number,
): Picture {
  const inverse = adjugate(forward) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const [a, b, c, d, e, f, g, h, i] = inverse
  const rows = cropAxis(picture.height, height)
  const columns = cropAxis(picture.width, width)
  const pixels = new Uint8Array(height * width * 3)
  const sample = (x: number, y: number, channel: number) =>
    x < 0 || y < 0 || x >= picture.width || y >= picture.height
      ? 0
      : picture.pixels[3 * (y * picture.width + x) + channel]!
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < columns.length; column++) {
      const x = columns.from + column
      const y = rows.from + row
      const z = steps / (g * x + h * y + i)
      const xi = Math.round((a * x + b * y + c) * z)
      const yi = Math.round((d * x + e * y + f) * z)
      const left = Math.floor(xi / steps)
      const top = Math.floor(yi / steps)
      const right = xi / steps - left
      const down = yi / steps - top
      const to = 3 * ((rows.to + row) * width + columns.to + column)
      for (let channel = 0; channel < 3; channel++) {
        const upper = sample(left, top, channel) * (1 - right) + sample(left + 1, top, channel) * right
        const lower =
          sample(left, top + 1, channel) * (1 - right) + sample(left + 1, top + 1, channel) * right
        pixels[to + channel] = Math.round(upper * (1 - down) + lower * down)
      }
    }
  }
  return { pixels, height, width }
}
