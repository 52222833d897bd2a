/**
 * The points of an image (or of several images, one after another) at which gradients are taken, with their weights.
 */
export interface GradientPoints {
  readonly count: number
  /** Number of values per point. */
  readonly size: number
  /** Divisor of the weighted sum of the gradients. */
  readonly divisor: number
  weight(index: number): number
  /** Writes point `index` into `target`. */
  write(index: number, target: Float32Array): void
}

/** The image as the only point. */
export const imageItself = (image: Float32Array): GradientPoints => ({
  count: 1,
  size: image.length,
  divisor: 1,
  weight: () => 1,
  write: (_, target) => target.set(image),
})

/**
 * Copies of the image with normal noise of standard deviation `sigma`. `normals` returns standard normal values for a
 * copy.
 */
export const noisyCopies = (
  image: Float32Array,
  copies: number,
  sigma: number,
  normals: (copy: number) => ArrayLike<number>,
): GradientPoints => ({
  count: copies,
  size: image.length,
  divisor: copies,
  weight: () => 1,
  write(copy, target) {
    const noise = normals(copy)
    for (let at = 0; at < image.length; at++) target[at] = (image[at] ?? 0) + sigma * (noise[at] ?? 0)
  },
})

interface PathOptions {
  /** At least 2. */
  count: number
  rule: 'trapezoid' | 'mean'
  /** Start of the path; by default black. */
  baseline?: Float32Array | null
  /** Added to every value of every point, in order. */
  jitter?: (() => number) | null
}

/**
 * Equally spaced points of the straight path from the baseline to `image`, with both ends. Their gradients are averaged
 * by the trapezoidal rule, or as a plain mean (TAIG).
 */
export function straightPath(
  image: Float32Array,
  { count, rule, baseline = null, jitter = null }: PathOptions,
): GradientPoints {
  const isEnd = (index: number) => index === 0 || index === count - 1
  return {
    count,
    size: image.length,
    divisor: rule === 'mean' ? count : count - 1,
    weight: (index) => (rule === 'trapezoid' && isEnd(index) ? 0.5 : 1),
    write(index, target) {
      const share = index / (count - 1)
      for (let at = 0; at < image.length; at++) {
        const from = baseline ? (1 - share) * (baseline[at] ?? 0) : 0
        target[at] = from + share * (image[at] ?? 0) + (jitter ? jitter() : 0)
      }
    },
  }
}

/** Returns the gradients at `count` points, one after another. */
export type GradientOf = (points: Float32Array, count: number) => Promise<Float32Array>

/**
 * Weighted sum of the gradients at points `first` to `first + count - 1`, [size], not yet divided by `divisor`. Each
 * call takes `together` points. Sums over parts add up to the sum over the whole.
 */
export async function weightedGradients(
  points: GradientPoints,
  gradientOf: GradientOf,
  {
    first = 0,
    count = points.count,
    together = 1,
  }: { first?: number; count?: number; together?: number } = {},
): Promise<Float64Array> {
  const { size } = points
  const sum = new Float64Array(size)
  const end = Math.min(points.count, first + count)
  for (let from = first; from < end; from += together) {
    const called = Math.min(together, end - from)
    const batch = new Float32Array(called * size)
    for (let at = 0; at < called; at++) points.write(from + at, batch.subarray(at * size, (at + 1) * size))
    const gradients = await gradientOf(batch, called)
    for (let at = 0; at < called; at++) {
      const weight = points.weight(from + at)
      const offset = at * size
      for (let i = 0; i < size; i++) sum[i] = (sum[i] ?? 0) + weight * (gradients[offset + i] ?? 0)
    }
  }
  return sum
}
