import { marks, type Db } from '../workspace/index.ts'
import type { ImageSource } from './images.ts'
import type { FactRange, FactsOf } from './join.ts'
import { countPairs, pairsWith, sourceMarks } from './sourceMarks.ts'

const { rightVerdict: right, wrongVerdict: wrong } = marks

const inRange = ({ variantId, conditionId }: FactsOf, { from, to }: FactRange): FactRange => ({
  variantId,
  conditionId,
  from,
  to,
})

/** Counts of pairs of predictions by which of them is right: both, only the first, only the second, neither. */
export interface PairCounts {
  both: number
  first: number
  second: number
  neither: number
}

/** Counts without any pair. */
export const noPairs: PairCounts = { both: 0, first: 0, second: 0, neither: 0 }

/** Counts the images that have both facts. The first of a pair is from `before`, the second from `range`. */
export function pairCounts(db: Db, source: ImageSource): (range: FactRange, before: FactsOf) => PairCounts {
  const marksIn = sourceMarks(db, source)
  return (range, before) => {
    const counts = countPairs(marksIn(inRange(before, range)), marksIn(range))
    return {
      both: pairsWith(counts, right, right),
      first: pairsWith(counts, right, wrong),
      second: pairsWith(counts, wrong, right),
      neither: pairsWith(counts, wrong, wrong),
    }
  }
}

/** Number of images where both predictions are right or wrong, and of those where only A or only B is right. */
export interface Discordance {
  n: number
  onlyA: number
  onlyB: number
}

/** Counts the images where only one of two facts is right. */
export function discordance(db: Db, source: ImageSource): (a: FactRange, b: FactsOf) => Discordance {
  const count = pairCounts(db, source)
  return (a, b) => {
    const { both, first, second, neither } = count(a, b)
    return { n: both + first + second + neither, onlyA: second, onlyB: first }
  }
}

/** How a prediction changed. lost: right before, wrong now; gained: wrong before, right now; both: either of them. */
export type Flip = 'lost' | 'gained' | 'both'

/** Whether a pair of verdicts, that of `before` first, is a flip. */
const flipTests: Record<Flip, (before: number, now: number) => boolean> = {
  lost: (before, now) => before === right && now === wrong,
  gained: (before, now) => before === wrong && now === right,
  both: (before, now) => (before === right && now === wrong) || (before === wrong && now === right),
}
const bothThere = (before: number, now: number) => before > 0 && now > 0

/** Whether a name is that of a flip. */
export const isFlip = (name: string): name is Flip => name in flipTests

/**
 * Counts and lists the images whose prediction flipped between two facts; all images with both facts where `flip` is
 * null.
 */
export function flips(db: Db, source: ImageSource, flip: Flip | null) {
  const marksIn = sourceMarks(db, source)
  const test = flip === null ? bothThere : flipTests[flip]
  /** Yields the ids of the images that are found, in order. */
  function* found(now: FactRange, before: FactsOf): Generator<number> {
    const [own, other] = [marksIn(now), marksIn(inRange(before, now))]
    for (let at = 0; at < own.bytes.length; at++)
      if (test((other.bytes[at] ?? 0) & marks.verdictBits, (own.bytes[at] ?? 0) & marks.verdictBits))
        yield own.list.ids[own.from + at] ?? 0
  }
  return {
    count: (now: FactRange, before: FactsOf): number => [...found(now, before)].length,
    /** Lists image ids in ascending order, starting after the image `after`. */
    list(now: FactRange, before: FactsOf, after: number | null, limit: number): number[] {
      const ids: number[] = []
      for (const id of found(now, before)) {
        if (ids.length === limit) break
        if (id > (after ?? 0)) ids.push(id)
      }
      return ids
    },
  }
}
