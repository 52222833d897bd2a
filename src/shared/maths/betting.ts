import type { Look } from './looks.ts'

/** What is bet on: that the mean is larger than a candidate, by what the draws before a look let expect. */
export interface Bets {
  total: number
  /** Parts of a value of 1. */
  of: number
  looks: readonly BetLook[]
}

interface BetLook {
  left: number
  /** Sum of the values of the draws before the look. */
  before: number
  /** The largest weight of a draw of the look. */
  heaviest: number
  /** `counts`: draws by value, in parts of which `Bets.of` are 1. */
  groups: readonly { weight: number; counts: readonly number[] }[]
  /** One stake for each strategy. */
  stakes: readonly number[]
}

/** Strategies are made for effective numbers of draws that differ by this factor. */
const apart = 4
/** Nothing is decided by fewer draws. */
const leastDraws = 8
/** Largest part of its capital that a strategy loses with one draw. */
const mostAtStake = 0.9
/** Sums are multiples of a part of 1; a smaller difference comes from rounding. */
const rounding = 1e-6
/** A variance of 1/4 counts as so many draws before there are any. */
const priorDraws = 1

/**
 * Prepares bets on a mean that is larger than a candidate. Stakes of a look depend on the looks before it only
 * (`logCapital` says why that makes them fair). Each strategy stakes what would be best if the mean were as far off as
 * can just be seen after a certain number of draws.
 *
 * @param total images of the population
 * @param alpha the capital that matters is 1/alpha
 * @param mirrored bets on a smaller mean instead: values count as 1 minus themselves. Unknown ones count as their least either
 * way
 */
export function betsOn(looks: readonly Look[], total: number, alpha: number, mirrored = false): Bets {
  const spreads = looks.map(
    ({ groups, drawn }) =>
      groups.reduce((sum, { weight, low }) => sum + weight ** 2 * countOf(low), 0) / drawn,
  )
  const [first] = looks
  const least = Math.max(leastDraws, (first?.drawn ?? 1) / (spreads[0] ?? 1))
  const strategies = Math.max(1, Math.ceil(Math.log(total / least) / Math.log(apart)))
  const distance = Math.sqrt(2 * Math.log(strategies / alpha))
  const sizes = Array.from({ length: strategies }, (_, at) => 2 * least * apart ** at)
  const of = (first?.groups[0]?.low.length ?? 2) - 1
  let [before, n, squares] = [0, 0, 0]
  return {
    ...{ total, of },
    looks: looks.map(({ left, groups, drawn }, at) => {
      const own = groups.map(({ weight, low, high }) => ({
        weight,
        counts: mirrored ? high.toReversed() : low,
      }))
      const mean = n === 0 ? 0.5 : before / n
      const deviation = Math.sqrt((priorDraws / 4 + Math.max(0, squares - n * mean ** 2)) / (priorDraws + n))
      const scale = (distance * total) / (left * deviation * (spreads[at] ?? 1))
      const look = {
        left,
        before,
        heaviest: Math.max(...groups.map(({ weight }) => weight)),
        groups: own,
        stakes: sizes.map((size) => scale / Math.sqrt(size)),
      }
      for (const { counts } of own)
        for (const [value, count] of counts.entries()) {
          before += (count * value) / of
          squares += count * (value / of) ** 2
        }
      n += drawn
      return look
    }),
  }
}

const countOf = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)

/**
 * Computes the logarithm of the capital, after each look, of a gambler who begins with 1 and bets against the sum of all
 * values of the population being at most `sum`. It falls as `sum` rises, and is infinite where the draws exclude the
 * sum. Under that hypothesis it ever reaches log(1/alpha) with a probability of at most alpha, whatever the values and
 * the sizes of the classes.
 *
 * Why: with m = (sum - values before the look) / images left, a draw of value x and weight w multiplies the capital by
 * 1 + s·w·(x - m), where the stake s was fixed before the look and no factor is negative. Given what was drawn before,
 * draws of different classes are independent, and within a class drawing without replacement has no larger expectation
 * of the product than with it (Hoeffding 1963, Journal of the American Statistical Association 58, 13-30, theorem 4). So
 * the expected factor of a look is at most the product of 1 + s·w·(μ - m) over its draws, μ the mean of what their class
 * has left. Weights make the mean of these at most 1, so their product is at most 1 (arithmetic and geometric mean): the
 * capital is a test supermartingale, and Ville's inequality holds (Waudby-Smith and Ramdas 2024, Journal of the Royal
 * Statistical Society B 86, 1-27, with the conditional mean m of sampling without replacement). A mean of strategies is
 * one too.
 */
export function logCapitals({ looks, of }: Bets, sum: number): number[] {
  const capitals = (looks[0]?.stakes ?? []).map(() => 0)
  return looks.map((look) => {
    const rest = sum - look.before
    if (rest < -rounding) return Infinity
    const mean = Math.min(1, Math.max(0, rest / look.left))
    for (const [at, stake] of look.stakes.entries())
      capitals[at] = (capitals[at] ?? 0) + growth(look, of, mean, stake)
    return logMeanExp(capitals)
  })
}

/** What a stake adds to the logarithm of the capital where the images left have this mean. */
function growth({ groups, heaviest }: BetLook, of: number, mean: number, stake: number): number {
  const most = Math.min(stake, mostAtStake / (mean * heaviest))
  let change = 0
  for (const { weight, counts } of groups) {
    const s = most * weight
    for (const [value, count] of counts.entries())
      if (count > 0) change += count * Math.log1p(s * (value / of - mean))
  }
  return change
}

function logMeanExp(values: readonly number[]): number {
  const most = Math.max(...values)
  if (!Number.isFinite(most)) return most
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0) / values.length)
}
