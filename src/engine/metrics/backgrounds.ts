/**
 * Background gap of ImageNet-9: accuracy on Mixed-Same minus accuracy on Mixed-Rand, both in [0,1] and not rounded. Lower
 * is better; the gap may be negative.
 *
 * @returns null where one of the two is null
 */
export function backgroundGap(mixedSame: number | null, mixedRand: number | null): number | null {
  return mixedSame === null || mixedRand === null ? null : mixedSame - mixedRand
}
