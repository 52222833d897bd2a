import type { Levels } from './levels.ts'

/** Rounds a positive number like Python: a half goes to the even neighbour. */
const roundHalfEven = (x: number) => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))

/** For each sample of a zoomed axis: index of the lower neighbour, and weight of the upper one. */
function axis(n: number, factor: number): { low: Int32Array; share: Float64Array } {
  const inside = Math.ceil(n / factor)
  const zoomed = roundHalfEven(inside * factor)
  const start = Math.floor((n - inside) / 2)
  const trim = Math.floor((zoomed - n) / 2)
  const step = zoomed > 1 ? (inside - 1) / (zoomed - 1) : 0
  const low = new Int32Array(n)
  const share = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    // Positions outside the axis repeat its edge.
    const place = Math.min(Math.max(0, (i + trim) * step), inside - 1)
    const floor = Math.min(Math.floor(place), Math.max(0, inside - 2))
    low[i] = start + floor
    share[i] = inside > 1 ? place - floor : 0
  }
  return { low, share }
}

/**
 * Zooms an image about its centre, crops it to its size, and adds it to `sum`. Equals scipy's `zoom` of order 1 over the
 * central ceil(n / factor) pixels, whose first and last sample keep their places. The published code is for squares; here
 * each axis has its own central part.
 */
export function addZoomed(levels: Levels, factor: number, sum: Float32Array): void {
  const { values, height, width, channels } = levels
  const y = axis(height, factor)
  const x = axis(width, factor)
  const length = width * channels
  const line = new Float64Array(length)
  for (let row = 0; row < height; row++) {
    const upper = y.low[row]! * length
    const lower = Math.min(y.low[row]! + 1, height - 1) * length
    const down = y.share[row]!
    for (let i = 0; i < length; i++)
      line[i] = values[upper + i]! + down * (values[lower + i]! - values[upper + i]!)
    const to = row * length
    for (let column = 0; column < width; column++) {
      const right = x.share[column]!
      const from = x.low[column]! * channels
      for (let c = 0; c < channels; c++) {
        const left = line[from + c]!
        const next = from + channels < length ? line[from + channels + c]! : left
        const at = to + column * channels + c
        sum[at] = sum[at]! + left + right * (next - left)
      }
    }
  }
}

/** An image zoomed about its centre and cropped to its size. */
export function clippedZoom(levels: Levels, factor: number): Levels {
  const values = new Float32Array(levels.values.length)
  addZoomed(levels, factor, values)
  return { ...levels, values }
}
