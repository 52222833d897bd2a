/** Indices of two matching places of two sequences; null where one sequence has no counterpart. */
export interface Pair {
  a: number | null
  b: number | null
}

/**
 * Global alignment of two sequences of lengths `n` and `m` (Needleman and Wunsch 1970): the pairing in order with the
 * largest sum of `score`. A place without a partner counts 0, and places whose score is not above 0 are never paired.
 * Among equally good pairings the one that pairs earliest is chosen, so a longer sequence has its unpaired places at
 * the end. Takes n m steps and bytes.
 */
export function align(n: number, m: number, score: (a: number, b: number) => number): Pair[] {
  const width = m + 1
  const steps = new Uint8Array((n + 1) * width)
  let below = new Float64Array(width)
  let here = new Float64Array(width)
  // The table is filled backwards, so that the path can be read forwards.
  for (let i = n; i >= 0; i--) {
    for (let j = m; j >= 0; j--) {
      const at = i * width + j
      if (i === n || j === m) {
        here[j] = 0
        steps[at] = i < n ? skipA : skipB
        continue
      }
      const own = score(i, j)
      const paired = own > 0 ? own + (below[j + 1] ?? 0) : Number.NEGATIVE_INFINITY
      const withoutA = below[j] ?? 0
      const withoutB = here[j + 1] ?? 0
      const best = Math.max(paired, withoutA, withoutB)
      here[j] = best
      // Sums of the same numbers in another order differ only by rounding.
      steps[at] = paired >= best - 1e-9 ? pair : withoutA >= best ? skipA : skipB
    }
    ;[below, here] = [here, below]
  }
  return trace(steps, n, m)
}

const pair = 0
const skipA = 1
const skipB = 2

function trace(steps: Uint8Array, n: number, m: number): Pair[] {
  const pairs: Pair[] = []
  let [i, j] = [0, 0]
  while (i < n || j < m) {
    const step = i === n ? skipB : j === m ? skipA : steps[i * (m + 1) + j]
    pairs.push({ a: step === skipB ? null : i, b: step === skipA ? null : j })
    if (step !== skipB) i++
    if (step !== skipA) j++
  }
  return pairs
}

/**
 * Overlap of two multisets, 2 |A ∩ B| / (|A| + |B|) (Dice): 1 for equal ones, 0 for disjoint ones, 1 for two empty
 * ones.
 */
export function bagOverlap(a: readonly string[], b: readonly string[]): number {
  if (a.length + b.length === 0) return 1
  const counts = new Map<string, number>()
  for (const word of a) counts.set(word, (counts.get(word) ?? 0) + 1)
  let shared = 0
  for (const word of b) {
    const left = counts.get(word) ?? 0
    if (left > 0) shared++
    counts.set(word, left - 1)
  }
  return (2 * shared) / (a.length + b.length)
}
