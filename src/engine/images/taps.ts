export type Interpolation = 'box' | 'bilinear' | 'bicubic'

const filters = {
  box: { support: 0.5, weight: (x: number) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  /** Triangle. */
  bilinear: { support: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  /** Keys' cubic with a = -0.5. */
  bicubic: {
    support: 2,
    weight: (x: number) => {
      const d = Math.abs(x)
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1
      return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0
    },
  },
} as const

/** Fraction bits of a weight. A sum over 8-bit samples stays within 32 bits, even where it overshoots. */
const precision = 22

/** Weights of a resize along one axis. */
export interface Taps {
  /** For each output sample: its first input sample, and the number of its input samples. */
  first: Int32Array
  count: Int32Array
  /** `stride` weights per output sample, as fixed-point integers. */
  weights: Int32Array
  stride: number
}

/** Weights of the output samples `from` to `from + length - 1` of an axis resized from `input` to `output` samples. */
export function tapsOf(
  input: number,
  output: number,
  from: number,
  length: number,
  interpolation: Interpolation,
): Taps {
  const { support, weight } = filters[interpolation]
  const scale = input / output
  // Antialiasing: for a smaller output the filter is scaled to the width of an output pixel.
  const stretch = Math.max(scale, 1)
  const reach = support * stretch
  const stride = Math.ceil(reach) * 2 + 1
  const first = new Int32Array(length)
  const count = new Int32Array(length)
  const weights = new Int32Array(length * stride)
  const row = new Float64Array(stride)
  for (let i = 0; i < length; i++) {
    const centre = (from + i + 0.5) * scale
    const start = Math.max(0, Math.trunc(centre - reach + 0.5))
    const n = Math.min(input, Math.trunc(centre + reach + 0.5)) - start
    let sum = 0
    for (let k = 0; k < n; k++) {
      row[k] = weight((k + start - centre + 0.5) * (1 / stretch))
      sum += row[k]!
    }
    for (let k = 0; k < n; k++) {
      const fixed = (row[k]! / sum) * (1 << precision)
      weights[i * stride + k] = Math.trunc(fixed + (fixed < 0 ? -0.5 : 0.5))
    }
    first[i] = start
    count[i] = n
  }
  return { first, count, weights, stride }
}
