import type { Picture } from './picture.ts'
import { precision, tapsOf, type Interpolation, type Taps } from './taps.ts'

export type { Interpolation }

/** A part of the resized image, in its pixels; must lie inside it. */
export interface Window {
  top: number
  left: number
  height: number
  width: number
}

const half = 1 << (precision - 1)

/** Whether every output is one input sample, as when a box filter enlarges. */
const isCopy = ({ count }: Taps) => count.every((n) => n === 1)

/** `alongX` where every output is one input sample. */
function copiedAlongX({ pixels, width }: Picture, top: number, rows: number, first: Int32Array): Uint8Array {
  const out = new Uint8Array(rows * first.length * 3)
  let to = 0
  for (let y = 0; y < rows; y++) {
    const base = (top + y) * width
    for (let x = 0; x < first.length; x++, to += 3) {
      const from = 3 * (base + first[x]!)
      out[to] = pixels[from]!
      out[to + 1] = pixels[from + 1]!
      out[to + 2] = pixels[from + 2]!
    }
  }
  return out
}

/** Rows `top` to `top + rows` of the picture, resampled along x. */
function alongX(picture: Picture, top: number, rows: number, taps: Taps): Uint8Array {
  const { first, count, weights, stride } = taps
  if (isCopy(taps)) return copiedAlongX(picture, top, rows, first)
  const { pixels, width } = picture
  const columns = first.length
  // Clamped: an overshoot of the cubic ends at 0 or 255.
  const out = new Uint8ClampedArray(rows * columns * 3)
  let to = 0
  for (let y = 0; y < rows; y++) {
    const base = (top + y) * width
    for (let x = 0; x < columns; x++) {
      let red = half
      let green = half
      let blue = half
      let at = 3 * (base + first[x]!)
      const end = x * stride + count[x]!
      for (let k = x * stride; k < end; k++) {
        const w = weights[k]!
        red = (red + Math.imul(pixels[at]!, w)) | 0
        green = (green + Math.imul(pixels[at + 1]!, w)) | 0
        blue = (blue + Math.imul(pixels[at + 2]!, w)) | 0
        at += 3
      }
      out[to] = red >> precision
      out[to + 1] = green >> precision
      out[to + 2] = blue >> precision
      to += 3
    }
  }
  return new Uint8Array(out.buffer)
}

/** Rows of `length` bytes (the first is input row `top`), resampled along y. Four taps at a time, missing ones weigh 0. */
function alongY(rows: Uint8Array, top: number, length: number, taps: Taps): Uint8Array {
  const { first, count, weights, stride } = taps
  const out = new Uint8ClampedArray(first.length * length)
  if (isCopy(taps)) {
    first.forEach((row, y) => {
      const from = (row - top) * length
      out.set(rows.subarray(from, from + length), y * length)
    })
    return new Uint8Array(out.buffer)
  }
  const sums = new Int32Array(length)
  for (let y = 0; y < first.length; y++) {
    const n = count[y]!
    const row = (k: number) => (first[y]! - top + Math.min(k, n - 1)) * length
    const weight = (k: number) => (k < n ? weights[y * stride + k]! : 0)
    sums.fill(half)
    for (let k = 0; k < n; k += 4) {
      const [a, b, c, d] = [row(k), row(k + 1), row(k + 2), row(k + 3)]
      const [wa, wb, wc, wd] = [weight(k), weight(k + 1), weight(k + 2), weight(k + 3)]
      for (let x = 0; x < length; x++) {
        const ab = (Math.imul(rows[a + x]!, wa) + Math.imul(rows[b + x]!, wb)) | 0
        const cd = (Math.imul(rows[c + x]!, wc) + Math.imul(rows[d + x]!, wd)) | 0
        sums[x] = (sums[x]! + ab + cd) | 0
      }
    }
    const to = y * length
    for (let x = 0; x < length; x++) out[to + x] = sums[x]! >> precision
  }
  return new Uint8Array(out.buffer)
}

/**
 * The `window` of the picture resized to `height` x `width`. Equal to Pillow's `Image.resize` (antialiased, along x
 * first, 8-bit between the passes, weights in fixed point), bit for bit. Only what the window needs is computed.
 */
export function resize(
  picture: Picture,
  height: number,
  width: number,
  interpolation: Interpolation,
  window: Window = { top: 0, left: 0, height, width },
): Picture {
  const resizesX = width !== picture.width
  const resizesY = height !== picture.height
  const y = tapsOf(picture.height, height, window.top, window.height, interpolation)
  const last = window.height - 1
  const top = resizesY ? y.first[0]! : window.top
  const bottom = resizesY ? y.first[last]! + y.count[last]! : window.top + window.height
  const rows = resizesX
    ? alongX(
        picture,
        top,
        bottom - top,
        tapsOf(picture.width, width, window.left, window.width, interpolation),
      )
    : columnsOf(picture, top, bottom, window)
  const pixels = resizesY ? alongY(rows, top, window.width * 3, y) : rows
  return { pixels, height: window.height, width: window.width }
}

function columnsOf({ pixels, width }: Picture, top: number, bottom: number, window: Window): Uint8Array {
  const length = window.width * 3
  const out = new Uint8Array((bottom - top) * length)
  for (let y = top; y < bottom; y++) {
    const from = 3 * (y * width + window.left)
    out.set(pixels.subarray(from, from + length), (y - top) * length)
  }
  return out
}
