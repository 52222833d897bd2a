/**
 * Background gap: accuracy on Mixed-Same minus accuracy on Mixed-Rand, from unrounded shares. Lower is better; it may be
 * negative.
 */
export function backgroundGap(mixedSame: number | null, mixedRand: number | null): number | null {
  return mixedSame === null || mixedRand === null ? null : mixedSame - mixedRand
}
