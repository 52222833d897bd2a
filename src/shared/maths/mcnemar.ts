/**
 * McNemar's exact test for two models on the same images: the two-sided binomial p-value of the discordant counts,
 * `min(1, 2 P(X <= min(onlyA, onlyB)))` for X ~ Binomial(onlyA + onlyB, 1/2). It is 1 without discordant images.
 *
 * The largest term is computed by logarithms and the others by ratios, so that no power underflows. p itself becomes 0
 * only below 5e-324.
 *
 * @param onlyA number of images that only the first model has right
 * @param onlyB number of images that only the second model has right
 * @throws RangeError where a count is not a whole number from 0
 */
export function mcnemar(onlyA: number, onlyB: number): number {
  for (const count of [onlyA, onlyB])
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`invalid count: ${count}`)
  const n = onlyA + onlyB
  const k = Math.min(onlyA, onlyB)
  let ratio = 1
  let sum = 1
  for (let i = k; i > 0 && ratio > sum * Number.EPSILON; i--) {
    ratio *= i / (n - i + 1)
    sum += ratio
  }
  return Math.min(1, Math.exp(logChoose(n, k) + (1 - n) * Math.LN2 + Math.log(sum)))
}

/** ln C(n, k) as a sum of k logarithms. */
function logChoose(n: number, k: number): number {
  let sum = 0
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i)
  return sum
}
