/** What a draw turned out to be, as a value in [0, 1]; `unknown` may be anything between 0 and 1. */
export const outcomes = { zero: 0, half: 1, one: 2, unknown: 3 } as const

/** Draws of a look from classes of one size, counted by what they turned out to be (in the order of `outcomes`). */
export interface DrawGroup {
  /** How much more a draw counts than the mean draw of the look: it stands for more images. */
  weight: number
  counts: readonly [zero: number, half: number, one: number, unknown: number]
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
 * @param values what each draw turned out to be, one of `outcomes`; fewer than `classes` where only a first part was drawn
 */
export function looksOf(sizes: readonly number[], classes: ArrayLike<number>, values: Uint8Array): Look[] {
  const looks: Look[] = []
  let [drawn, round] = [0, 0]
  let total = 0
  for (const size of sizes) total += size
  for (const end of lookRounds(Math.max(0, ...sizes))) {
    const until = drawsUntil(sizes, end)
    if (until > values.length) break
    const counts = new Map<number, [number, number, number, number]>()
    for (let at = drawn; at < until; at++) {
      const size = sizes[classes[at] ?? 0] ?? 0
      const own = counts.get(size) ?? [0, 0, 0, 0]
      counts.set(size, own)
      const value = values[at] ?? outcomes.unknown
      own[value] = (own[value] ?? 0) + 1
    }
    const [left, all] = [total - drawn, until - drawn]
    const groups = [...counts].map(([size, own]) => {
      const images = (size - round) / Math.min(end - round, size - round)
      return { weight: (images * all) / left, counts: own }
    })
    looks.push({ left, drawn: all, groups })
    ;[drawn, round] = [until, end]
  }
  return looks
}
