export interface CalibrationOptions {
  /** 2: root mean square; 1: mean of absolute differences; infinity: the largest. */
  norm?: 1 | 2 | typeof Infinity
  /** authors: as published, the bin of the most confident images is left out of the sum while N still counts it. */
  rule?: 'full' | 'authors'
  /** Images in a bin. */
  binSize?: number
}

/**
 * Calibration error over bins of equally many images (Hendrycks et al. 2019): images in the order of their confidence,
 * cut into bins of 100, the remainder in the last one; `sqrt(sum n_b/N (confidence_b - accuracy_b)^2)`.
 *
 * @returns null without images. With `authors` and a single bin nothing is left to sum, and the published code fails
 *   below one bin; both give 0 there.
 */
export function calibrationError(
  confidence: ArrayLike<number>,
  correct: ArrayLike<boolean>,
  { norm = 2, rule = 'full', binSize = 100 }: CalibrationOptions = {},
): number | null {
  const n = confidence.length
  if (n === 0) return null
  const order = ascending(confidence)
  const bins = Math.max(1, Math.floor(n / binSize))
  let error = 0
  for (let bin = 0; bin < (rule === 'authors' ? bins - 1 : bins); bin++) {
    const members = order.slice(bin * binSize, bin === bins - 1 ? n : (bin + 1) * binSize)
    const gap = Math.abs(
      meanOf(members, (i) => confidence[i] ?? 0) - meanOf(members, (i) => (correct[i] ? 1 : 0)),
    )
    error = norm === Infinity ? Math.max(error, gap) : error + (members.length / n) * gap ** norm
  }
  return norm === 2 ? Math.sqrt(error) : error
}

/**
 * Expected calibration error over bins of equal width, `sum n_b/N |accuracy_b - confidence_b|`, with bins (start, end]
 * for confidence and accuracy alike; a confidence of 0 is in the first bin.
 */
export function expectedCalibrationError(
  confidence: ArrayLike<number>,
  correct: ArrayLike<boolean>,
  bins = 10,
): number | null {
  const n = confidence.length
  if (n === 0) return null
  const sums = Array.from({ length: bins }, () => ({ confidence: 0, correct: 0 }))
  for (let i = 0; i < n; i++) {
    const value = confidence[i] ?? 0
    const sum = sums[Math.min(bins - 1, Math.max(0, Math.ceil(value * bins) - 1))]
    if (!sum) continue
    sum.confidence += value
    sum.correct += correct[i] ? 1 : 0
  }
  return sums.reduce((total, sum) => total + Math.abs(sum.correct - sum.confidence), 0) / n
}

/** Area under the response rate accuracy curve: mean of the accuracies of the k most confident images, k = 1..N. */
export function responseRateAccuracy(
  confidence: ArrayLike<number>,
  correct: ArrayLike<boolean>,
): number | null {
  const n = confidence.length
  if (n === 0) return null
  let right = 0
  let sum = 0
  for (const [place, i] of ascending(confidence).reverse().entries()) {
    right += correct[i] ? 1 : 0
    sum += right / (place + 1)
  }
  return sum / n
}

function ascending(values: ArrayLike<number>): number[] {
  return Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b,
  )
}

function meanOf(members: readonly number[], value: (i: number) => number): number {
  return members.reduce((sum, i) => sum + value(i), 0) / members.length
}
