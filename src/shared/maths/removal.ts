/**
 * Removing and inserting pixels in the order of a map. Source: Petsiuk et al. 2018, section 4, and evaluation.py of the authors'
 * code (eclique/RISE).
 */

/** Indices of the values of a map, the largest first; of equal values the first in the map. */
export const removalOrder = (map: ArrayLike<number>): Uint32Array =>
  Uint32Array.from({ length: map.length }, (_, at) => at).sort(
    (a, b) => (map[b] ?? 0) - (map[a] ?? 0) || a - b,
  )

/** Number of `pixels` that are changed after `step` of `steps` equal steps. */
export const changedPixels = (pixels: number, step: number, steps: number): number =>
  Math.floor((step * pixels) / steps + 0.5)

/** Writes `start` [pixels, 3] into `target`, with the first `count` pixels of `order` from `finish`. */
export function exchanged(
  start: Float32Array,
  finish: Float32Array,
  order: Uint32Array,
  count: number,
  target: Float32Array,
): void {
  target.set(start)
  for (let at = 0; at < count; at++) {
    const place = 3 * (order[at] ?? 0)
    target[place] = finish[place] ?? 0
    target[place + 1] = finish[place + 1] ?? 0
    target[place + 2] = finish[place + 2] ?? 0
  }
}

/** Area under a curve of equally spaced values by the trapezoidal rule, over its length. */
export function areaUnder(curve: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < curve.length; at++)
    sum += (curve[at] ?? 0) * (at === 0 || at === curve.length - 1 ? 0.5 : 1)
  return sum / (curve.length - 1)
}

/**
 * One axis of the kernel that insertion starts from: SciPy's `gaussian_filter` (mode reflect, truncated at 4 sigma) of a one
 * between zeros, so what lies beyond the ends is folded back. It sums to 1.
 *
 * @param size odd
 */
export function blurKernel(size: number, sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5)
  const weights = Array.from({ length: 2 * radius + 1 }, (_, at) =>
    Math.exp(-0.5 * ((at - radius) / sigma) ** 2),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const kernel = new Float64Array(size)
  const middle = size >> 1
  const folded = (at: number) => {
    const place = ((at % (2 * size)) + 2 * size) % (2 * size)
    return place < size ? place : 2 * size - 1 - place
  }
  for (let at = 0; at < size; at++)
    for (const [index, weight] of weights.entries())
      if (folded(at + index - radius) === middle) kernel[at] = (kernel[at] ?? 0) + weight / total
  return kernel
}

/**
 * An image [height, width, 3], blurred by a kernel along both axes. Beyond its edges it has the colour `mean`, which is zero
 * after the normalisation, as a convolution of the normalised image with zero padding has it.
 */
export function blurred(
  image: Float32Array,
  [height, width]: readonly [number, number],
  mean: readonly [number, number, number],
  kernel: Float64Array,
): Float32Array {
  const across = alongAxis(
    image.map((value, at) => value - (mean[at % 3] ?? 0)),
    { count: height * 3, size: width, kernel },
    (line, at) => Math.floor(line / 3) * width * 3 + 3 * at + (line % 3),
  )
  const both = alongAxis(
    across,
    { count: width * 3, size: height, kernel },
    (line, at) => at * width * 3 + line,
  )
  return Float32Array.from(both, (value, at) => value + (mean[at % 3] ?? 0))
}

/** Convolves `count` lines of `size` values; `place` is where value `at` of a line lies. */
function alongAxis(
  values: ArrayLike<number>,
  { count, size, kernel }: { count: number; size: number; kernel: Float64Array },
  place: (line: number, at: number) => number,
): Float64Array {
  const result = new Float64Array(values.length)
  const half = kernel.length >> 1
  for (let line = 0; line < count; line++)
    for (let at = 0; at < size; at++) {
      let sum = 0
      for (let tap = Math.max(0, half - at); tap < Math.min(kernel.length, size + half - at); tap++)
        sum += (kernel[tap] ?? 0) * (values[place(line, at + tap - half)] ?? 0)
      result[place(line, at)] = sum
    }
  return result
}

/** Index of the largest value, the first of equal ones; -1 without a number. */
export function peakOf(map: ArrayLike<number>): number {
  let best = -1
  let most = -Infinity
  for (let at = 0; at < map.length; at++) {
    const value = map[at] ?? NaN
    if (value > most) {
      most = value
      best = at
    }
  }
  return best
}
