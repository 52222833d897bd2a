import { channelPeaks, magnitudeQuantile, type KernelSheet, type RangeMode } from './paint.ts'

/** Why two sheets cannot be subtracted; null where they can. */
export function differenceRefusal(a: KernelSheet, b: KernelSheet): string | null {
  if (a.kernel !== b.kernel)
    return `The kernels differ in size: ${a.kernel} × ${a.kernel} and ${b.kernel} × ${b.kernel}.`
  if (a.channels !== b.channels) return `The layers differ in channels: ${a.channels} and ${b.channels}.`
  return null
}

/**
 * The sheet a - b, weight by weight.
 * @throws RangeError where the shapes differ
 */
export function sheetDifference(a: KernelSheet, b: KernelSheet): KernelSheet {
  const refusal = differenceRefusal(a, b)
  if (refusal) throw new RangeError(refusal)
  return { ...a, weights: a.weights.map((weight, at) => weight - (b.weights[at] ?? 0)) }
}

/** One limit for several sheets, so that a colour means the same weight in all of them. */
export function sharedLimit(sheets: readonly KernelSheet[], range: Exclude<RangeMode, 'own'>): number {
  const limits = sheets.map((sheet) =>
    range === 'clipped'
      ? magnitudeQuantile(sheet.weights, 0.995)
      : channelPeaks(sheet).reduce((most, peak) => Math.max(most, peak), 0),
  )
  return Math.max(0, ...limits)
}

/** Distance between two layers of the same shape. */
export interface SheetDistance {
  /** Norm of the difference divided by the norm of the first layer; null where that is zero. */
  relative: number | null
  /** Pearson's correlation over all weights; null where one layer is constant. */
  correlation: number | null
}

export function sheetDistance(a: KernelSheet, b: KernelSheet): SheetDistance {
  const n = a.weights.length
  let [sumA, sumB, squareA, squareB, product, square] = [0, 0, 0, 0, 0, 0]
  for (let at = 0; at < n; at++) {
    const [x, y] = [a.weights[at] ?? 0, b.weights[at] ?? 0]
    sumA += x
    sumB += y
    squareA += x * x
    squareB += y * y
    product += x * y
    square += (x - y) ** 2
  }
  const spread = (squareA - sumA ** 2 / n) * (squareB - sumB ** 2 / n)
  return {
    relative: squareA > 0 ? Math.sqrt(square / squareA) : null,
    correlation: spread > 1e-30 ? (product - (sumA * sumB) / n) / Math.sqrt(spread) : null,
  }
}

/** L2 norm of each channel, [channels]. */
export function channelNorms({ channels, kernel, weights }: KernelSheet): Float64Array {
  const area = kernel * kernel
  const norms = new Float64Array(channels)
  for (let channel = 0; channel < channels; channel++) {
    let square = 0
    for (let at = channel * area; at < (channel + 1) * area; at++) square += (weights[at] ?? 0) ** 2
    norms[channel] = Math.sqrt(square)
  }
  return norms
}

/** Indices by descending number; equal numbers keep their order. */
export const byLargest = (numbers: ArrayLike<number>): number[] =>
  Array.from({ length: numbers.length }, (_, channel) => channel).sort(
    (a, b) => (numbers[b] ?? 0) - (numbers[a] ?? 0) || a - b,
  )
