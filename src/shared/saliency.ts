/** salient: the patches that carry the mass are dropped; non-salient: the others. */
export type SalientMode = 'salient' | 'non-salient'

/**
 * Which patches are dropped so that `percent` of the saliency mass goes (salient), or at most that much of it
 * (non-salient); one byte per patch, 1 = dropped. The foreground at mass λ is the smallest set of the largest weights
 * with mass of at least λ: weights ascending, cumulated, in it where the sum exceeds 1 - λ (strictly; the patch that
 * crosses the line is in). Salient drops the foreground at λ = K, non-salient keeps the one at λ = 1 - K.
 * `weights` need not add up to 1. Source: IPViT and LKRobust evaluate.py; paper 4.1.
 */
export function salientMask(weights: ArrayLike<number>, percent: number, mode: SalientMode): Uint8Array {
  const mass = mode === 'salient' ? percent / 100 : 1 - percent / 100
  const order = Array.from(weights, (weight, patch) => ({ weight, patch })).sort(
    (a, b) => a.weight - b.weight || b.patch - a.patch,
  )
  const total = order.reduce((sum, { weight }) => sum + weight, 0)
  const mask = new Uint8Array(order.length)
  let sum = 0
  for (const { weight, patch } of order) {
    sum += total > 0 ? weight / total : 1 / order.length
    // A sum that misses 1 - mass by rounding alone is on the line, not beyond it.
    const foreground = sum - (1 - mass) > 1e-9
    mask[patch] = foreground === (mode === 'salient') ? 1 : 0
  }
  return mask
}

/** Share of the patches that a mask drops. */
export const droppedShare = (mask: Uint8Array): number =>
  mask.reduce((sum, value) => sum + value, 0) / mask.length

/**
 * Weights of another grid: each target cell takes what of the source cells lies in it, by area, so the sum is kept.
 * Row-major; from [rows, columns] to [rows, columns].
 */
export function regrid(
  weights: ArrayLike<number>,
  from: readonly [number, number],
  to: readonly [number, number],
): Float64Array {
  const down = overlaps(from[0], to[0])
  const across = overlaps(from[1], to[1])
  const result = new Float64Array(to[0] * to[1])
  for (const { source: y, target: v, share: vertical } of down) {
    for (const { source: x, target: u, share: horizontal } of across) {
      result[v * to[1] + u] =
        (result[v * to[1] + u] ?? 0) + (weights[y * from[1] + x] ?? 0) * vertical * horizontal
    }
  }
  return result
}

/** Which share of each source cell lies in which target cell, along one axis. */
function overlaps(from: number, to: number): { source: number; target: number; share: number }[] {
  return Array.from({ length: from }, (_, source) => source).flatMap((source) => {
    const [begin, end] = [(source * to) / from, ((source + 1) * to) / from]
    const parts: { source: number; target: number; share: number }[] = []
    for (let target = Math.floor(begin); target < Math.min(to, Math.ceil(end - 1e-12)); target++) {
      const share = (Math.min(end, target + 1) - Math.max(begin, target)) / (end - begin)
      if (share > 1e-12) parts.push({ source, target, share })
    }
    return parts
  })
}
