/** A run of labels that touch each other. `sum` is that of their wanted places without the lengths before them. */
interface Run {
  sum: number
  count: number
}

/**
 * Centres of labels along a line, in the order of `wanted`, as near to the wanted centres as possible (least squares)
 * without overlap and within [from, to]. null where they do not fit.
 *
 * Isotonic regression of the places without the lengths before them, by pooling adjacent violators (Barlow et al. 1972).
 *
 * @param lengths of the labels along the line, as many as `wanted`
 */
export function spread(
  wanted: readonly number[],
  lengths: readonly number[],
  from: number,
  to: number,
): number[] | null {
  const lengthOf = (at: number) => lengths[at] ?? 0
  const total = lengths.reduce((sum, length) => sum + length, 0)
  if (total > to - from + 1e-9) return null
  const order = wanted.map((_, at) => at).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0) || a - b)
  const before: number[] = []
  let used = 0
  for (const at of order) {
    before.push(used + lengthOf(at) / 2)
    used += lengthOf(at)
  }
  const runs: Run[] = []
  for (const [place, at] of order.entries()) {
    runs.push({ sum: (wanted[at] ?? 0) - (before[place] ?? 0), count: 1 })
    for (;;) {
      const [first, second] = runs.slice(-2)
      if (!first || !second || first.sum / first.count <= second.sum / second.count) break
      runs.splice(-2, 2, { sum: first.sum + second.sum, count: first.count + second.count })
    }
  }
  const starts = runs.flatMap(({ sum, count }) =>
    Array.from({ length: count }, () => Math.min(to - total, Math.max(from, sum / count))),
  )
  const centres = wanted.map(() => 0)
  for (const [place, at] of order.entries()) centres[at] = (starts[place] ?? 0) + (before[place] ?? 0)
  return centres
}
