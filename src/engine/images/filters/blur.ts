import { exp } from '#shared/elementary.ts'
import { accumulate, clearMemory, fill, floatsAt, place } from '../simd/rows.ts'
import type { Levels } from './levels.ts'

/**
 * How an image is continued beyond its border. nearest: a a | a b c; symmetric: b a | a b c (half-sample, scipy's
 * reflect); mirror: c b | a b c (OpenCV's reflect-101).
 */
export type Border = 'nearest' | 'symmetric' | 'mirror'

/** The index in 0..n-1 whose sample continues the image at `i`. */
export function borderIndex(i: number, n: number, border: Border): number {
  if (i >= 0 && i < n) return i
  if (border === 'nearest') return i < 0 ? 0 : n - 1
  if (border === 'symmetric') {
    const period = 2 * n
    const j = ((i % period) + period) % period
    return j < n ? j : period - 1 - j
  }
  if (n === 1) return 0
  const period = 2 * n - 2
  const j = ((i % period) + period) % period
  return j < n ? j : period - j
}

/** Weights of a normalised Gaussian at 0..radius, with radius = floor(truncate * sigma + 0.5) as in scipy, scikit-image. */
export function gaussianWeights(sigma: number, truncate = 4): Float64Array {
  return symmetricWeights(sigma, Math.floor(truncate * sigma + 0.5))
}

/** Weights of a Gaussian at 0..radius. They sum to 1 over -radius..radius. */
export function symmetricWeights(sigma: number, radius: number): Float64Array {
  const weights = Float64Array.from({ length: radius + 1 }, (_, i) => exp((-0.5 * i * i) / (sigma * sigma)))
  const sum = weights.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0)
  return weights.map((weight) => weight / sum)
}

/** Adds `weights` times the rows around the centre. `row(k)` is the address of the row k steps away. */
function accumulateSymmetric(
  out: number,
  count: number,
  weights: Float64Array,
  row: (k: number) => number,
): void {
  fill(out, count, 0)
  const weight = (k: number) => weights[k] ?? 0
  const outermost = weights.length - 1
  accumulate(out, count, row(0), row(0), row(0), row(0), weight(0), 0, 0, 0)
  for (let k = 1; k <= outermost; k += 2) {
    // Without a partner, a row is paired with a neighbour of weight 0.
    const next = Math.min(k + 1, outermost)
    const [near, far] = [weight(k), next === k ? 0 : weight(next)]
    accumulate(out, count, row(-k), row(k), row(-next), row(next), near, near, far, far)
  }
}

/** Filters each channel with symmetric weights along both axes, in single precision. */
export function blurWith(levels: Levels, weights: Float64Array, border: Border): Levels {
  const { values, height, width, channels } = levels
  const radius = weights.length - 1
  const length = width * channels
  const margin = radius * channels
  clearMemory()
  const source = place(values.length)
  const line = place(length + 2 * margin)
  const result = place(values.length + 4)
  floatsAt(source, values.length).set(values)
  const ends = floatsAt(line, length + 2 * margin)
  const middle = line + 4 * margin
  const before = Int32Array.from({ length: radius }, (_, k) => borderIndex(-1 - k, width, border))
  const after = Int32Array.from({ length: radius }, (_, k) => borderIndex(width + k, width, border))
  for (let y = 0; y < height; y++) {
    accumulateSymmetric(
      middle,
      length,
      weights,
      (k) => source + 4 * length * borderIndex(y + k, height, border),
    )
    for (let k = 0; k < radius; k++) {
      for (let c = 0; c < channels; c++) {
        ends[margin - (k + 1) * channels + c] = ends[margin + before[k]! * channels + c]!
        ends[margin + length + k * channels + c] = ends[margin + after[k]! * channels + c]!
      }
    }
    accumulateSymmetric(result + 4 * length * y, length, weights, (k) => middle + 4 * channels * k)
  }
  return { values: floatsAt(result, values.length).slice(), height, width, channels }
}

/** Gaussian blur as scikit-image's `gaussian` (border nearest). */
export const gaussianBlur = (levels: Levels, sigma: number, truncate = 4): Levels =>
  blurWith(levels, gaussianWeights(sigma, truncate), 'nearest')
