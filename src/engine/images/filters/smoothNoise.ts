import { sinCos } from '#shared/elementary.ts'
import type { Generator } from '#shared/random.ts'
import { blurWith, gaussianWeights } from './blur.ts'

/** Noise U(-1, 1) per pixel, blurred by a Gaussian with symmetric border, [height, width]. */
export function smoothNoise(
  height: number,
  width: number,
  sigma: number,
  truncate: number,
  random: Generator,
): Float32Array {
  const values = Float32Array.from({ length: height * width }, () => 2 * random.uniform() - 1)
  const weights = gaussianWeights(sigma, truncate)
  if (weights.length <= 16)
    return blurWith({ values, height, width, channels: 1 }, weights, 'symmetric').values
  return lowPass(values, height, width, weights)
}

/** Waves with a smaller gain than this are left out; they are not visible. */
const negligible = 1e-4

interface Waves {
  count: number
  gain: Float64Array
  /** cos(pi k (x + 1/2) / n), [count, n]. */
  basis: Float64Array
}

/** The cosine waves that a blur with a symmetric border lets through, and its gain for each. */
function waves(n: number, weights: Float64Array): Waves {
  const cosines = Float64Array.from({ length: 2 * n }, (_, i) => sinCos((Math.PI * i) / (2 * n)).cos)
  // cos(pi j / (2 n)) for any whole j.
  const cosine = (j: number) => {
    const turn = j % (4 * n)
    return turn < 2 * n ? cosines[turn]! : -cosines[turn - 2 * n]!
  }
  const gain: number[] = []
  for (let k = 0; k < n; k++) {
    const through = weights.reduce((sum, w, t) => sum + (t === 0 ? w : 2 * w * cosine(2 * k * t)), 0)
    // The gain of a truncated kernel has ripples; all waves after the first weak one are weak.
    if (Math.abs(through) < negligible) break
    gain.push(through)
  }
  const basis = new Float64Array(gain.length * n)
  for (let k = 0; k < gain.length; k++) {
    for (let x = 0; x < n; x++) basis[k * n + x] = cosine(k * (2 * x + 1))
  }
  return { count: gain.length, gain: Float64Array.from(gain), basis }
}

/** Blurs by the few waves that pass. For a sigma near the image's size this is hundreds of times faster. */
function lowPass(values: Float32Array, height: number, width: number, weights: Float64Array): Float32Array {
  const x = waves(width, weights)
  const y = waves(height, weights)
  const rows = new Float64Array(height * x.count)
  for (let row = 0; row < height; row++) {
    for (let k = 0; k < x.count; k++) {
      let sum = 0
      for (let i = 0; i < width; i++) sum += values[row * width + i]! * x.basis[k * width + i]!
      rows[row * x.count + k] = (sum * x.gain[k]! * (k === 0 ? 1 : 2)) / width
    }
  }
  const both = new Float64Array(y.count * x.count)
  for (let m = 0; m < y.count; m++) {
    const factor = (y.gain[m]! * (m === 0 ? 1 : 2)) / height
    for (let row = 0; row < height; row++) {
      const wave = y.basis[m * height + row]! * factor
      for (let k = 0; k < x.count; k++)
        both[m * x.count + k] = both[m * x.count + k]! + wave * rows[row * x.count + k]!
    }
  }
  const out = new Float32Array(values.length)
  const line = new Float64Array(x.count)
  for (let row = 0; row < height; row++) {
    line.fill(0)
    for (let m = 0; m < y.count; m++) {
      const wave = y.basis[m * height + row]!
      for (let k = 0; k < x.count; k++) line[k] = line[k]! + wave * both[m * x.count + k]!
    }
    for (let i = 0; i < width; i++) {
      let sum = 0
      for (let k = 0; k < x.count; k++) sum += line[k]! * x.basis[k * width + i]!
      out[row * width + i] = sum
    }
  }
  return out
}
