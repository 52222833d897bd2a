import { generator } from '#shared/random.ts'

/** The binomial coefficient (total over n), as exact as a double. */
export function choose(total: number, n: number): number {
  let count = 1
  for (let i = 1; i <= Math.min(n, total - n); i++) count = (count * (total - Math.min(n, total - n) + i)) / i
  return Math.round(count)
}

/**
 * Draws `samples` distinct subsets of n candidates; all there are where there are fewer. A subset depends
 * only on the seed, the candidates, n and its number, so all models of the same depth lose the same blocks.
 */
export function drawSubsets(
  candidates: readonly number[],
  n: number,
  samples: number,
  seed: number,
): number[][] {
  const wanted = Math.min(samples, choose(candidates.length, n))
  const random = generator('lesion', seed, candidates.length, n)
  const found = new Map<string, number[]>()
  while (found.size < wanted) {
    const subset = [...random.sample(candidates.length, n)]
      .map((place) => candidates[place] ?? 0)
      .sort((a, b) => a - b)
    found.set(subset.join(','), subset)
  }
  return [...found.values()]
}
