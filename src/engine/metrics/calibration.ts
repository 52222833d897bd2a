export interface CalibrationOptions {
  /** 2: root mean square of the differences; 1: mean of the absolute differences; Infinity: the largest difference. */
  norm?: 1 | 2 | typeof Infinity
  /** authors: as in the published code, the sum leaves out the bin of the most confident images, but N counts them. */
  rule?: 'full' | 'authors'
  /** Images per bin. */
  binSize?: number
}

/**
 * Calibration error over bins with the same number of images (Hendrycks et al. 2019). The images are sorted by confidence
 * and cut into bins of `binSize`; the last bin takes the remainder. For norm 2 the error is
 * `sqrt(sum n_b/N (confidence_b - accuracy_b)^2)`.
 *
 * @param confidence probability of the predicted class of each image, in [0,1]
 * @param correct whether each prediction is correct
 * @returns null without images; 0 by the rule `authors` with a single bin, where no bin is left to sum
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
 * Expected calibration error over bins of equal width: `sum n_b/N |accuracy_b - confidence_b|`. A bin is (start, end] in
 * confidence; a confidence of 0 is in the first bin.
 *
 * @param confidence probability of the predicted class of each image, in [0,1]
 * @param correct whether each prediction is correct
 * @returns null without images
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

/**
 * Area under the response rate accuracy curve: the accuracy of the k most confident images, averaged over k = 1..N.
 *
 * @param confidence probability of the predicted class of each image, in [0,1]
 * @param correct whether each prediction is correct
 * @returns null without images
 */
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
