/** Points at which the gradients of an image (or of several, one behind the other) are taken. */
export interface GradientPoints {
  readonly count: number
  /** Values of a point. */
  readonly size: number
  /** What the weighted sum of the gradients is divided by. */
  readonly divisor: number
  weight(index: number): number
  /** Writes point `index` into `target`. */
  write(index: number, target: Float32Array): void
}

/** The image alone. */
export const imageItself = (image: Float32Array): GradientPoints => ({
  count: 1,
  size: image.length,
  divisor: 1,
  weight: () => 1,
  write: (_, target) => target.set(image),
})

/** Copies with normal noise of standard deviation `sigma`; `normals` gives the noise of a copy. */
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
  /** Where the path begins; black when left out. */
  baseline?: Float32Array | null
  /** Is added to every value of every point, in their order. */
  jitter?: (() => number) | null
}

/**
 * Equally spaced points of the straight path from the baseline to `image`, both ends among them. The mean of the
 * gradients along the path by the trapezoidal rule, or as the plain mean of the points (TAIG).
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

/** Gradients for `count` points, one behind the other. */
export type GradientOf = (points: Float32Array, count: number) => Promise<Float32Array>

/**
 * Weighted sum of the gradients at points `first` to `first + count - 1`, not yet divided by `divisor`; `together` points
 * go into one call. Sums of parts add up to the sum of the whole.
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
