import { exp } from '#shared/elementary.ts'
import type { Levels } from './levels.ts'

/**
 * What lies outside the image. nearest: a a | a b c; symmetric: b a | a b c (half-sample, scipy's reflect);
 * mirror: c b | a b c (OpenCV's reflect-101).
 */
export type Border = 'nearest' | 'symmetric' | 'mirror'

/** Index inside 0..n-1 that stands for `i`. */
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

/** Weights of a normalised Gaussian at 0..radius, radius = floor(truncate * sigma + 0.5) as in scipy and scikit-image. */
export function gaussianWeights(sigma: number, truncate = 4): Float64Array {
  return symmetricWeights(sigma, Math.floor(truncate * sigma + 0.5))
}

/** Weights at 0..radius of a Gaussian that sums to 1 over -radius..radius. */
export function symmetricWeights(sigma: number, radius: number): Float64Array {
  const weights = Float64Array.from({ length: radius + 1 }, (_, i) => exp((-0.5 * i * i) / (sigma * sigma)))
  const sum = weights.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0)
  return weights.map((weight) => weight / sum)
}

/** `line` (with `radius * step` extra samples at both ends) weighted symmetrically into `out`. */
function alongLine(line: Float64Array, out: Float64Array, weights: Float64Array, step: number): void {
  const length = out.length
  const middle = (weights.length - 1) * step
  const centre = weights[0]!
  for (let i = 0; i < length; i++) out[i] = centre * line[middle + i]!
  let k = 1
  // Two offsets at a time: half the traffic to `out`.
  for (; k + 1 < weights.length; k += 2) {
    const [near, far] = [k * step, (k + 1) * step]
    const [nearWeight, farWeight] = [weights[k]!, weights[k + 1]!]
    for (let i = 0, at = middle; i < length; i++, at++) {
      out[i] =
        out[i]! +
        nearWeight * (line[at - near]! + line[at + near]!) +
        farWeight * (line[at - far]! + line[at + far]!)
    }
  }
  if (k < weights.length) {
    const offset = k * step
    const weight = weights[k]!
    for (let i = 0, at = middle; i < length; i++, at++) {
      out[i] = out[i]! + weight * (line[at - offset]! + line[at + offset]!)
    }
  }
}

/** Symmetric weights along both axes, each channel alone. */
export function blurWith(levels: Levels, weights: Float64Array, border: Border): Levels {
  const { values, height, width, channels } = levels
  const radius = weights.length - 1
  const length = width * channels
  // Along y: one row of all columns at a time.
  const between = new Float32Array(values.length)
  const sums = new Float64Array(length)
  for (let y = 0; y < height; y++) {
    const row = y * length
    for (let i = 0; i < length; i++) sums[i] = weights[0]! * values[row + i]!
    for (let k = 1; k <= radius; k++) {
      const above = borderIndex(y - k, height, border) * length
      const below = borderIndex(y + k, height, border) * length
      const weight = weights[k]!
      for (let i = 0; i < length; i++) sums[i] = sums[i]! + weight * (values[above + i]! + values[below + i]!)
    }
    between.set(sums, row)
  }
  // Along x: each row with its border written out.
  const out = new Float32Array(values.length)
  const line = new Float64Array(length + 2 * radius * channels)
  for (let y = 0; y < height; y++) {
    const row = y * length
    line.set(between.subarray(row, row + length), radius * channels)
    for (let k = 1; k <= radius; k++) {
      const before = row + borderIndex(-k, width, border) * channels
      const after = row + borderIndex(width - 1 + k, width, border) * channels
      for (let c = 0; c < channels; c++) {
        line[(radius - k) * channels + c] = between[before + c]!
        line[(radius + width - 1 + k) * channels + c] = between[after + c]!
      }
    }
    alongLine(line, sums, weights, channels)
    out.set(sums, row)
  }
  return { values: out, height, width, channels }
}

/** Gaussian blur as scikit-image's `gaussian` (border nearest). */
export const gaussianBlur = (levels: Levels, sigma: number, truncate = 4): Levels =>
  blurWith(levels, gaussianWeights(sigma, truncate), 'nearest')
