import type { Db } from '../workspace/index.ts'
import { imagesOf, type ImageSource } from './images.ts'
import { boundTo, withFacts, type Bound, type FactRange, type FactsOf } from './join.ts'

/** Pairs by what is right in each: both, only the first, only the second, neither. */
export interface PairCounts {
  both: number
  first: number
  second: number
  neither: number
}

export const noPairs: PairCounts = { both: 0, first: 0, second: 0, neither: 0 }

/** Counts the images that have both facts: first those of `before`, second those of the range. */
export function pairCounts(db: Db, source: ImageSource): (range: FactRange, before: FactsOf) => PairCounts {
  const images = imagesOf(source)
  const count = db.prepare<Bound[], PairCounts>(
    `SELECT coalesce(sum(q.correct = 1 AND p.correct = 1), 0) AS both, coalesce(sum(q.correct = 1 AND p.correct = 0), 0) AS first,
       coalesce(sum(q.correct = 0 AND p.correct = 1), 0) AS second, coalesce(sum(q.correct = 0 AND p.correct = 0), 0) AS neither
     FROM ${withFacts(images, { pairs: true, range: true })}`,
  )
  return (range, before) => count.get(...images.values, boundTo(range, before)) ?? noPairs
}

/** Pairs that are judged in both, and those of which only one is right. */
export interface Discordance {
  n: number
  onlyA: number
  onlyB: number
}

/** Counts where two models disagree: A of the range, B the other. */
export function discordance(db: Db, source: ImageSource): (a: FactRange, b: FactsOf) => Discordance {
  const images = imagesOf(source)
  const count = db.prepare<Bound[], Discordance>(
    `SELECT count(*) AS n, coalesce(sum(p.correct > q.correct), 0) AS onlyA, coalesce(sum(q.correct > p.correct), 0) AS onlyB
     FROM ${withFacts(images, { pairs: true, range: true })} AND p.correct IS NOT NULL AND q.correct IS NOT NULL`,
  )
  return (a, b) => count.get(...images.values, boundTo(a, b)) ?? { n: 0, onlyA: 0, onlyB: 0 }
}

/** What became of an answer: right before and wrong now, the other way round, either. */
export type Flip = 'lost' | 'gained' | 'both'

const flipTests: Record<Flip, string> = {
  lost: 'q.correct = 1 AND p.correct = 0',
  gained: 'q.correct = 0 AND p.correct = 1',
  both: 'q.correct <> p.correct',
}

export const isFlip = (name: string): name is Flip => name in flipTests

/** Images that have facts before and now, between which their answer flipped; any of them where no flip is named. */
export function flips(db: Db, source: ImageSource, flip: Flip | null) {
  const images = imagesOf(source)
  const found = `FROM ${withFacts(images, { pairs: true, range: true })}${flip === null ? '' : ` AND ${flipTests[flip]}`}`
  const count = db.prepare<Bound[], number>(`SELECT count(*) ${found}`).pluck()
  const list = db.prepare<Bound[], number>(`SELECT i.id ${found} AND i.id > ? ORDER BY i.id LIMIT ?`).pluck()
  return {
    count: (now: FactRange, before: FactsOf): number =>
      count.get(...images.values, boundTo(now, before)) ?? 0,
    /** Ids in ascending order, from behind the image `after` on. */
    list: (now: FactRange, before: FactsOf, after: number | null, limit: number): number[] =>
      list.all(...images.values, after ?? 0, limit, boundTo(now, before)),
  }
}
