import { normalQuantile } from './normal.ts'
import { studentQuantile } from './student.ts'

/** The scale on which accuracies of two sets lie on a line. */
export type AccuracyScale = 'logit' | 'probit'

const scales: Record<AccuracyScale, { to(p: number): number; back(x: number): number }> = {
  logit: { to: (p) => Math.log(p / (1 - p)), back: (x) => 1 / (1 + Math.exp(-x)) },
  probit: { to: normalQuantile, back: normalCdf },
}

/** Accuracies of one model on the ordinary and on the other set. */
export interface Accuracies {
  x: number
  y: number
}

/** A line through accuracies on a scale, by least squares. */
export interface AccuracyLine {
  scale: AccuracyScale
  n: number
  slope: number
  intercept: number
  /** Share of the variance of the transformed y that the line explains, in [0, 1]; null where y does not vary. */
  r2: number | null
  /** Residual standard error on the scale, of n - 2 degrees of freedom; null for two models. */
  error: number | null
  /** Mean of the transformed x, and their sum of squares about it. */
  mean: number
  squares: number
}

/** Whether both accuracies lie inside (0,1), so that they have a place on the scales. */
export const isInside = ({ x, y }: Accuracies): boolean => x > 0 && x < 1 && y > 0 && y < 1

/**
 * Fits the line (Taori et al. 2020: least squares on logits). Accuracies of 0 or 1 are left out. null for fewer than two models,
 * or where x does not vary.
 */
export function accuracyLine(points: readonly Accuracies[], scale: AccuracyScale): AccuracyLine | null {
  const { to } = scales[scale]
  const own = points.filter(isInside).map(({ x, y }) => ({ x: to(x), y: to(y) }))
  const n = own.length
  const meanOf = (read: (p: Accuracies) => number) => own.reduce((sum, p) => sum + read(p), 0) / n
  const [mean, meanY] = [meanOf(({ x }) => x), meanOf(({ y }) => y)]
  const squares = own.reduce((sum, { x }) => sum + (x - mean) ** 2, 0)
  if (n < 2 || !(squares > 1e-12)) return null
  const slope = own.reduce((sum, { x, y }) => sum + (x - mean) * (y - meanY), 0) / squares
  const intercept = meanY - slope * mean
  const rest = own.reduce((sum, { x, y }) => sum + (y - intercept - slope * x) ** 2, 0)
  const total = own.reduce((sum, { y }) => sum + (y - meanY) ** 2, 0)
  return {
    ...{ scale, n, slope, intercept, mean, squares },
    r2: total > 0 ? Math.max(0, 1 - rest / total) : null,
    error: n > 2 ? Math.sqrt(rest / (n - 2)) : null,
  }
}

/**
 * The accuracy on the line at an accuracy x in (0,1), with the 95 % confidence interval of the line there: Student's t on the scale,
 * turned back. No interval for two models.
 */
export function onLine(
  line: AccuracyLine,
  x: number,
): { value: number; interval: { lo: number; hi: number } | null } {
  const { to, back } = scales[line.scale]
  const at = to(x)
  const middle = line.intercept + line.slope * at
  if (line.error === null) return { value: back(middle), interval: null }
  const spread = line.error * Math.sqrt(1 / line.n + (at - line.mean) ** 2 / line.squares)
  const width = studentQuantile(0.975, line.n - 2) * spread
  return { value: back(middle), interval: { lo: back(middle - width), hi: back(middle + width) } }
}

/** P(Z <= z) of a standard normal Z, by bisection on the quantile: to about 1e-15. */
function normalCdf(z: number): number {
  let [low, high] = [0, 1]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (normalQuantile(middle) < z) low = middle
    else high = middle
  }
  return (low + high) / 2
}
