import { allFinite } from '#shared/maths/logits.ts'

/** The nine classes of ImageNet-9 with the ImageNet-1k classes that count as each. */
export type NineClasses = readonly { readonly indices: readonly number[] }[]

/**
 * The class of ImageNet-9 that an ImageNet-1k class belongs to. 630 of the 1,000 belong to none (-1): predicting one of
 * them is always wrong. The prediction is the argmax over all 1,000, nothing is summed.
 */
export function nineClassOf(index: number, classes: NineClasses): number {
  return classes.findIndex(({ indices }) => indices.includes(index))
}

/**
 * A softer mapping, beyond the paper and its code: the class with the largest maximum or log-sum-exp of its logits, so
 * that no prediction falls outside the nine. -1 where a logit is not finite.
 */
export function softNineClass(
  logits: ArrayLike<number>,
  classes: NineClasses,
  pool: 'max' | 'logsumexp',
): number {
  if (!allFinite(logits)) return -1
  const scores = classes.map(({ indices }) => {
    const max = indices.reduce((most, index) => Math.max(most, logits[index] ?? -Infinity), -Infinity)
    if (pool === 'max') return max
    return (
      max + Math.log(indices.reduce((sum, index) => sum + Math.exp((logits[index] ?? -Infinity) - max), 0))
    )
  })
  return scores.reduce((best, score, at) => (best < 0 || score > (scores[best] ?? -Infinity) ? at : best), -1)
}

/**
 * Background gap: accuracy on Mixed-Same minus accuracy on Mixed-Rand, from unrounded shares. Lower is better; it may be
 * negative.
 */
export function backgroundGap(mixedSame: number | null, mixedRand: number | null): number | null {
  return mixedSame === null || mixedRand === null ? null : mixedSame - mixedRand
}
