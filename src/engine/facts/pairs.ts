import type { Db } from '../workspace/index.ts'
import { imagesOf, type ImageSource } from './images.ts'
import { boundTo, withFacts, type Bound, type FactRange, type FactsOf } from './join.ts'

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
  const images = imagesOf(source)
  const count = db.prepare<Bound[], PairCounts>(
    `SELECT coalesce(sum(q.correct = 1 AND p.correct = 1), 0) AS both, coalesce(sum(q.correct = 1 AND p.correct = 0), 0) AS first,
       coalesce(sum(q.correct = 0 AND p.correct = 1), 0) AS second, coalesce(sum(q.correct = 0 AND p.correct = 0), 0) AS neither
     FROM ${withFacts(images, { pairs: true, range: true })}`,
  )
  return (range, before) => count.get(...images.values, boundTo(range, before)) ?? noPairs
}

/** Number of images where both predictions are right or wrong, and of those where only A or only B is right. */
export interface Discordance {
  n: number
  onlyA: number
  onlyB: number
}

/** Counts the images where only one of two facts is right. */
export function discordance(db: Db, source: ImageSource): (a: FactRange, b: FactsOf) => Discordance {
  const images = imagesOf(source)
  const count = db.prepare<Bound[], Discordance>(
    `SELECT count(*) AS n, coalesce(sum(p.correct > q.correct), 0) AS onlyA, coalesce(sum(q.correct > p.correct), 0) AS onlyB
     FROM ${withFacts(images, { pairs: true, range: true })} AND p.correct IS NOT NULL AND q.correct IS NOT NULL`,
  )
  return (a, b) => count.get(...images.values, boundTo(a, b)) ?? { n: 0, onlyA: 0, onlyB: 0 }
}

/** How a prediction changed. lost: right before, wrong now; gained: wrong before, right now; both: either of them. */
export type Flip = 'lost' | 'gained' | 'both'

const flipTests: Record<Flip, string> = {
  lost: 'q.correct = 1 AND p.correct = 0',
  gained: 'q.correct = 0 AND p.correct = 1',
  both: 'q.correct <> p.correct',
}

/** Whether a name is that of a flip. */
export const isFlip = (name: string): name is Flip => name in flipTests

/**
 * Counts and lists the images whose prediction flipped between two facts; all images with both facts where `flip` is
 * null.
 */
export function flips(db: Db, source: ImageSource, flip: Flip | null) {
  const images = imagesOf(source)
  const found = `FROM ${withFacts(images, { pairs: true, range: true })}${flip === null ? '' : ` AND ${flipTests[flip]}`}`
  const count = db.prepare<Bound[], number>(`SELECT count(*) ${found}`).pluck()
  const list = db.prepare<Bound[], number>(`SELECT i.id ${found} AND i.id > ? ORDER BY i.id LIMIT ?`).pluck()
  return {
    count: (now: FactRange, before: FactsOf): number =>
      count.get(...images.values, boundTo(now, before)) ?? 0,
    /** Lists image ids in ascending order, starting after the image `after`. */
    list: (now: FactRange, before: FactsOf, after: number | null, limit: number): number[] =>
      list.all(...images.values, after ?? 0, limit, boundTo(now, before)),
  }
}
