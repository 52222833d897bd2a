/** salient: the patches with most of the saliency are dropped. non-salient: the others are dropped. */
export type SalientMode = 'salient' | 'non-salient'

/**
 * Chooses the patches to drop. salient: at least `percent` of the saliency mass is lost; non-salient: at most that
 * much. The result has one byte per patch, 1 = dropped.
 * The foreground at mass λ is the smallest set of the largest weights with a mass of at least λ. Weights are cumulated
 * in ascending order; a patch belongs to the foreground where the sum exceeds 1 - λ (strictly, so the patch that
 * crosses the line belongs to it). With K = percent / 100, salient drops the foreground at λ = K, and non-salient keeps
 * the foreground at λ = 1 - K.
 * `weights` [patches] need not add up to 1. Source: IPViT and LKRobust evaluate.py; paper 4.1.
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
    // A sum that misses 1 - mass only by rounding is on the line, not beyond it.
    const foreground = sum - (1 - mass) > 1e-9
    mask[patch] = foreground === (mode === 'salient') ? 1 : 0
  }
  return mask
}

/** Share of the patches that a mask drops, 0 to 1. */
export const droppedShare = (mask: Uint8Array): number =>
  mask.reduce((sum, value) => sum + value, 0) / mask.length

/**
 * Resamples weights to another grid by area: each target cell gets the share of every source cell that it covers, so
 * the sum is kept. Both grids are [rows, columns], row-major.
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

/** Shares of source cells that lie in target cells, along one axis. */
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
