/** A rank correlation with its approximate 95 % interval; null where it has too few values, or is 1 or -1. */
export interface RankCorrelation {
  value: number
  interval: { lo: number; hi: number } | null
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function ranksOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b)
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1)
}

/** The quantile of the normal distribution at 0.975. */
const z = 1.959964

/** The interval of a correlation by Fisher's transformation, with a standard error of the transformed value. */
function byFisher(value: number, error: number): RankCorrelation['interval'] {
  if (!(error > 0) || !Number.isFinite(error) || Math.abs(value) >= 1 - 1e-12) return null
  const middle = Math.atanh(value)
  return { lo: Math.tanh(middle - z * error), hi: Math.tanh(middle + z * error) }
}

/**
 * Spearman's rank correlation: Pearson's of the ranks. Interval: Fisher's transformation with the standard error
 * sqrt((1 + r²/2) / (n - 3)) (Bonett and Wright 2000), from four pairs on. null where either has no two different values, and
 * of two pairs, which are always in order or in reverse.
 */
export function spearman(x: readonly number[], y: readonly number[]): RankCorrelation | null {
  const [a, b] = [ranksOf(x), ranksOf(y)]
  const n = a.length
  const mean = (n + 1) / 2
  const sum = (p: readonly number[], q: readonly number[]) =>
    p.reduce((total, value, i) => total + (value - mean) * ((q[i] ?? 0) - mean), 0)
  const spread = Math.sqrt(sum(a, a) * sum(b, b))
  if (!(spread > 0) || n < 3) return null
  const value = sum(a, b) / spread
  return { value, interval: n > 3 ? byFisher(value, Math.sqrt((1 + value ** 2 / 2) / (n - 3))) : null }
}

/**
 * Kendall's tau-b, which allows for equal values. Interval: Fisher's transformation with the standard error
 * sqrt(0.437 / (n - 4)) (Fieller, Hartley and Pearson 1957), from five pairs on. null where either has no two different
 * values, and of two pairs.
 */
export function kendall(x: readonly number[], y: readonly number[]): RankCorrelation | null {
  const n = x.length
  let [agree, ofX, ofY] = [0, 0, 0]
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const dx = Math.sign((x[i] ?? 0) - (x[j] ?? 0))
      const dy = Math.sign((y[i] ?? 0) - (y[j] ?? 0))
      agree += dx * dy
      ofX += dx * dx
      ofY += dy * dy
    }
  if (ofX === 0 || ofY === 0 || n < 3) return null
  const value = agree / Math.sqrt(ofX * ofY)
  return { value, interval: n > 4 ? byFisher(value, Math.sqrt(0.437 / (n - 4))) : null }
}
