import { betsOn, logCapitals, type Bets } from './betting.ts'
import type { Look } from './looks.ts'

/** The values that are known of a population, wherever they stand in the order. */
export interface KnownValues {
  /** Images of the population. */
  total: number
  /** Sum of the known values, each in [0, 1]; of a value that is known in part: the least that it may be. */
  sum: number
  /** Images whose value is known. One of which it is known to lie in an interval counts as 1 minus its length. */
  known: number
}

/** The interval that a confidence sequence has come to, of a mean in [0, 1]. */
export interface SequenceInterval {
  lo: number
  hi: number
}

/**
 * Computes a confidence sequence for the mean of a finite population of values in [0, 1] that is drawn without
 * replacement in a balanced order. With at least the level's probability all its intervals, after every look, hold the
 * mean: it may be looked at as often as one likes. It is the set of means against which no gambler has won much by now
 * (`logCapitals`; half of 1 - level for each end), without those that the known values exclude. When all values are
 * known, both ends are the mean. Unknown values count as their least for `lo` and as their most for `hi`, so it also holds the mean over the
 * images that have one.
 *
 * @param looks as `looksOf` makes them
 * @param unit the values are multiples of it
 * @param level coverage in (0, 1)
 * @throws RangeError where an argument is outside its range
 */
export function confidenceSequence(
  looks: readonly Look[],
  known: KnownValues,
  unit: number,
  level = 0.95,
): SequenceInterval {
  if (!(level > 0 && level < 1)) throw new RangeError(`invalid level: ${level}`)
  const { from, to } = possibleSums(known)
  const { total } = known
  const alpha = (1 - level) / 2
  const least = leastSum(betsOn(looks, total, alpha), from, to, unit, alpha)
  const most = total - leastSum(betsOn(looks, total, alpha, true), total - to, total - from, unit, alpha)
  // Both gamblers can win only where the sequence misses the mean. Then what is known is all that can be said.
  return least <= most ? { lo: least / total, hi: most / total } : { lo: from / total, hi: to / total }
}

/** The sums that the known values allow. */
function possibleSums({ total, sum, known }: KnownValues): { from: number; to: number } {
  if (!(total >= 1)) throw new RangeError(`invalid total: ${total}`)
  if (!(known <= total && sum >= 0 && sum <= known)) throw new RangeError(`invalid sum: ${sum} of ${known}`)
  return { from: sum, to: total - known + sum }
}

/** The least sum from `from` to `to` that is not excluded. All below one that is excluded are. */
function leastSum(bets: Bets, from: number, to: number, unit: number, alpha: number): number {
  const most = Math.log(1 / alpha)
  const excluded = (sum: number) => (logCapitals(bets, sum).at(-1) ?? 0) >= most
  let [low, high] = [Math.round(from / unit), Math.round(to / unit)]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (excluded(middle * unit)) low = middle + 1
    else high = middle
  }
  return low * unit
}

/**
 * The p-value, valid at any moment, of the hypothesis that the mean is at most `mean` ("above") or at least `mean`
 * ("below"): one over the largest capital of all looks. It is 0 once the known values exclude the hypothesis, and 1 once
 * they leave nothing else.
 *
 * @param mean from 0 to 1
 * @param alpha where the p-value is wanted to be small, the bets are made for a capital of 1/alpha
 * @throws RangeError where an argument is outside its range
 */
export function sequentialP(
  looks: readonly Look[],
  known: KnownValues,
  mean: number,
  side: 'above' | 'below',
  alpha = 0.025,
): number {
  const { from, to } = possibleSums(known)
  const { total } = known
  const mirrored = side === 'below'
  const [least, most] = mirrored ? [total - to, total - from] : [from, to]
  const limit = (mirrored ? 1 - mean : mean) * total
  if (least > limit) return 0
  if (most <= limit) return 1
  return Math.exp(-Math.max(0, ...logCapitals(betsOn(looks, total, alpha, mirrored), limit)))
}
