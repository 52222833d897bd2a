/**
 * Values of draws in [0, 1] as whole numbers of `of` parts: that of draw i lies between low[i] / of and high[i] / of. The two
 * are equal where it is known; of a failed image nothing is known (0 and `of`), or only a part.
 */
export interface DrawnValues {
  low: Uint16Array
  high: Uint16Array
  of: number
}

/** Values that are all known. */
export const knownValues = (values: ArrayLike<number>, of: number): DrawnValues => ({
  low: Uint16Array.from(values),
  high: Uint16Array.from(values),
  of,
})

/** Draws of a look from classes of one size, counted by their values. */
export interface DrawGroup {
  /** How much more a draw counts than the mean draw of the look: it stands for more images. */
  weight: number
  /** How many draws have at least, and at most, the value v / of; an entry for each v from 0 to `of`. */
  low: readonly number[]
  high: readonly number[]
}

/** Draws that are looked at together: a few rounds of a balanced order. */
export interface Look {
  /** Images that were not drawn before the look. */
  left: number
  /** Draws of the look. */
  drawn: number
  groups: readonly DrawGroup[]
}

/** A look takes at most this share of the rounds before it, and of those after it, or one round. */
const share = 1 / 16

/**
 * The rounds after which a balanced order is looked at, ascending; the last is `rounds`. They do not depend on what is
 * drawn.
 */
export function lookRounds(rounds: number): number[] {
  const ends: number[] = []
  for (let at = 0; at < rounds;) {
    at += Math.max(1, Math.floor(share * Math.min(at, rounds - at)))
    ends.push(at)
  }
  return ends
}

/** Number of draws in the first `round` rounds: each class gives one in every round, as long as it has any. */
export const drawsUntil = (sizes: readonly number[], round: number): number =>
  sizes.reduce((sum, size) => sum + Math.min(size, round), 0)

/**
 * Counts draws look by look. Only looks whose draws are all there are returned. A class of n images left that gives b
 * draws to a look stands for n/b images with each draw; weights are that, with the mean 1 over the draws of the look.
 *
 * @param sizes images of each class
 * @param classes the class of each draw, as a place in `sizes`, in the balanced order
 * @param values what each draw turned out to be; fewer than `classes` where only a first part was drawn
 */
export function looksOf(
  sizes: readonly number[],
  classes: ArrayLike<number>,
  { low, high, of }: DrawnValues,
): Look[] {
  const looks: Look[] = []
  let [drawn, round] = [0, 0]
  let total = 0
  for (const size of sizes) total += size
  for (const end of lookRounds(Math.max(0, ...sizes))) {
    const until = drawsUntil(sizes, end)
    if (until > low.length) break
    const counts = new Map<number, { low: number[]; high: number[] }>()
    for (let at = drawn; at < until; at++) {
      const size = sizes[classes[at] ?? 0] ?? 0
      const own = counts.get(size) ?? { low: noCounts(of), high: noCounts(of) }
      counts.set(size, own)
      count(own.low, low[at] ?? 0)
      count(own.high, high[at] ?? of)
    }
    const [left, all] = [total - drawn, until - drawn]
    const groups = [...counts].map(([size, own]) => {
      const images = (size - round) / Math.min(end - round, size - round)
      return { weight: (images * all) / left, ...own }
    })
    looks.push({ left, drawn: all, groups })
    ;[drawn, round] = [until, end]
  }
  return looks
}

const noCounts = (of: number) => new Array<number>(of + 1).fill(0)

function count(counts: number[], value: number): void {
  counts[value] = (counts[value] ?? 0) + 1
}
