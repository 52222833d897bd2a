/** Whether every logit is finite. A row that fails this counts as wrong. */
function allFinite(logits: ArrayLike<number>): boolean {
  for (let k = 0; k < logits.length; k++) if (!Number.isFinite(logits[k])) return false
  return true
}

/**
 * Softmax in float64 with the maximum subtracted. In float32 many confidences would become exactly 1 and tie.
 *
 * @param logits [classes], all finite
 */
export function softmax(logits: ArrayLike<number>): Float64Array {
  let max = Number.NEGATIVE_INFINITY
  for (let k = 0; k < logits.length; k++) max = Math.max(max, logits[k] ?? Number.NEGATIVE_INFINITY)
  const result = new Float64Array(logits.length)
  let sum = 0
  for (let k = 0; k < logits.length; k++) {
    const e = Math.exp((logits[k] ?? 0) - max)
    result[k] = e
    sum += e
  }
  for (let k = 0; k < result.length; k++) result[k] = (result[k] ?? 0) / sum
  return result
}

/** Index of the largest value; the lowest index among equal values. -1 where a value is not finite or there is none. */
export function argmax(logits: ArrayLike<number>): number {
  if (!allFinite(logits)) return -1
  let best = logits.length > 0 ? 0 : -1
  for (let k = 1; k < logits.length; k++) if ((logits[k] ?? 0) > (logits[best] ?? 0)) best = k
  return best
}

/**
 * Indices of the k largest values, largest first, equal values by ascending index. Empty where a value is not finite.
 */
export function topK(logits: ArrayLike<number>, k: number): number[] {
  if (!allFinite(logits)) return []
  const order = Array.from({ length: logits.length }, (_, index) => index)
  order.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b)
  return order.slice(0, k)
}
