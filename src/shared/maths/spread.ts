/** Mean and range of repeated measurements. */
export interface Spread {
  mean: number
  min: number
  max: number
  n: number
}

/** Mean, minimum and maximum of the finite values; null where there are none. */
export function spread(values: Iterable<number>): Spread | null {
  let sum = 0
  let n = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    sum += value
    n++
    if (value < min) min = value
    if (value > max) max = value
  }
  // Rounding can move the mean of equal values beyond them.
  return n === 0 ? null : { mean: Math.min(max, Math.max(min, sum / n)), min, max, n }
}
