import { KernelscopeError } from '#shared/errors.ts'
import type { Picture } from './picture.ts'
import { bytesAt, clearMemory, integersAt, place, resampleColumns, resampleRow } from './simd/rows.ts'
import { tapsOf, type Interpolation, type Taps } from './taps.ts'

export type { Interpolation }

/** A part of the resized image, in pixels; it must lie inside the image. */
export interface Window {
  top: number
  left: number
  height: number
  width: number
}

/** Largest image between the two passes, in bytes. Only extreme shapes (one pixel wide, millions high) exceed it. */
const maxBetween = 1 << 28

const words = (bytes: number) => Math.ceil(bytes / 4)

interface PlacedTaps {
  first: number
  count: number
  weights: number
}

const placeTaps = ({ first, count, weights }: Taps): PlacedTaps => ({
  first: place(first.length),
  count: place(count.length),
  weights: place(weights.length),
})

function writeTaps(places: PlacedTaps, { first, count, weights }: Taps, origin: number): void {
  integersAt(places.first, first.length).set(first.map((sample) => sample - origin))
  integersAt(places.count, count.length).set(count)
  integersAt(places.weights, weights.length).set(weights)
}

/**
 * Resizes a picture to `height` x `width` and gives its part `window`; only that part is computed. Equals Pillow's
 * `Image.resize` to the bit (antialiased, along x first, 8 bits between the passes, weights in fixed point).
 *
 * @throws IMAGE_TOO_LARGE where the image between the two passes would not fit in memory
 */
export function resize(
  picture: Picture,
  height: number,
  width: number,
  interpolation: Interpolation,
  window: Window = { top: 0, left: 0, height, width },
): Picture {
  // A side that keeps its size has one tap of weight 1 per pixel and stays unchanged.
  const x = tapsOf(picture.width, width, window.left, window.width, interpolation)
  const y = tapsOf(picture.height, height, window.top, window.height, interpolation)
  const top = y.first[0]!
  const left = x.first[0]!
  const rows = y.first[window.height - 1]! + y.count[window.height - 1]! - top
  const columns = x.first[window.width - 1]! + x.count[window.width - 1]! - left
  const length = window.width * 3
  if (rows * length > maxBetween) {
    throw new KernelscopeError(
      'IMAGE_TOO_LARGE',
      `cannot resize ${picture.width}x${picture.height} pixels in memory`,
    )
  }

  clearMemory()
  const line = place(words(3 * columns))
  const between = place(words(rows * length))
  const out = place(words(window.height * length))
  const xTaps = placeTaps(x)
  const yTaps = placeTaps(y)
  writeTaps(xTaps, x, left)
  writeTaps(yTaps, y, top)

  const lineBytes = bytesAt(line, 3 * columns)
  for (let row = 0; row < rows; row++) {
    const from = 3 * ((top + row) * picture.width + left)
    lineBytes.set(picture.pixels.subarray(from, from + 3 * columns))
    resampleRow(between + row * length, window.width, line, xTaps.first, xTaps.count, xTaps.weights, x.stride)
  }
  for (let row = 0; row < window.height; row++) {
    const from = between + (y.first[row]! - top) * length
    resampleColumns(out + row * length, length, from, yTaps.weights + 4 * row * y.stride, y.count[row]!)
  }
  return { pixels: bytesAt(out, window.height * length).slice(), height: window.height, width: window.width }
}
