import type { Interval } from '../contract/common.ts'
import { normalQuantile } from './normal.ts'

/**
 * Wilson score interval of a proportion, without continuity correction (Wilson 1927). Unlike the Wald interval it stays
 * inside [0,1] and has a width at 0 and 1.
 *
 * @param correct successes, 0 to n
 * @param n trials, at least 1
 * @param level two-sided coverage in (0,1)
 * @throws RangeError where an argument is outside its range
 */
export function wilson(correct: number, n: number, level = 0.95): Interval {
  if (!(n >= 1)) throw new RangeError(`invalid n: ${n}`)
  if (!(correct >= 0 && correct <= n)) throw new RangeError(`invalid correct: ${correct} of ${n}`)
  if (!(level > 0 && level < 1)) throw new RangeError(`invalid level: ${level}`)
  const z = normalQuantile((1 + level) / 2)
  const share = correct / n
  const z2 = (z * z) / n
  const middle = (share + z2 / 2) / (1 + z2)
  const half = (z * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n))) / (1 + z2)
  // The exact ends at correct = 0 and n are 0 and 1; rounding must not move them.
  return {
    lo: correct === 0 ? 0 : Math.max(0, middle - half),
    hi: correct === n ? 1 : Math.min(1, middle + half),
    level,
  }
}
