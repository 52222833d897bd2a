import type { Db } from '../workspace/index.ts'
import { classNameSql, imagesOf, type ImageSource } from './images.ts'
import { hasFailures } from './failures.ts'
import { runsOf } from './runs.ts'
import { factSums, hasFacts } from './sums.ts'
import { boundTo, withFacts, type Bound, type FactRange } from './join.ts'

/** Whether a range has all images of any source. */
const isWhole = ({ from, to }: FactRange) => from <= 0 && to === Number.MAX_SAFE_INTEGER

/** Counts the images of a source that have a prediction. */
export function countFacts(db: Db, source: ImageSource): (range: FactRange) => number {
  const images = imagesOf(source)
  const runs = runsOf(db, source)
  const sums = factSums(db)
  const count = db
    .prepare<Bound[], number>(`SELECT count(*) FROM ${withFacts(images, { range: true })}`)
    .pluck()
  return (range) => {
    if (runs && isWhole(range)) return sums(range, runs).facts
    return hasFacts(db, range) ? (count.get(...images.values, boundTo(range)) ?? 0) : 0
  }
}

/** Counts of one cell: one model under one condition. */
export interface CellCounts {
  /** Images with a prediction. */
  measured: number
  /** Images with a prediction that is right or wrong: the model has their true class. */
  n: number
  correct: number
  /** Images whose true class is among the five likeliest. */
  correct5: number
  /** Images that could not be measured. */
  failed: number
}

/** Counts the predictions of a source's images, the right ones among them, and the failures. */
export function cellCounts(db: Db, source: ImageSource): (range: FactRange) => CellCounts {
  const images = imagesOf(source)
  const runs = runsOf(db, source)
  const sums = factSums(db)
  const counts = db.prepare<Bound[], Omit<CellCounts, 'failed'>>(
    `SELECT count(*) AS measured, count(p.correct) AS n, coalesce(sum(p.correct), 0) AS correct, coalesce(sum(p.true_rank <= 5), 0) AS correct5
     FROM ${withFacts(images, { range: true })}`,
  )
  const failures = db
    .prepare<Bound[], number>(`SELECT count(*) FROM ${withFacts(images, { table: 'failure', range: true })}`)
    .pluck()
  const countsOf = (range: FactRange): Omit<CellCounts, 'failed'> => {
    const nothing = { measured: 0, n: 0, correct: 0, correct5: 0 }
    if (!runs || !isWhole(range))
      return hasFacts(db, range) ? (counts.get(...images.values, boundTo(range)) ?? nothing) : nothing
    const { facts, judged, correct, correct5 } = sums(range, runs)
    return { measured: facts, n: judged, correct, correct5 }
  }
  return (range) => ({
    ...countsOf(range),
    failed: hasFailures(db, range) ? (failures.get(...images.values, boundTo(range)) ?? 0) : 0,
  })
}

/** Counts of the images of one class: all, and the rightly predicted ones. */
export interface ClassCount {
  classIndex: number
  name: string
  n: number
  correct: number
}

/**
 * Counts predictions by true class, in order of the classes. Leaves out images whose prediction is neither right nor
 * wrong.
 */
export function classCounts(db: Db, source: ImageSource): (range: FactRange) => ClassCount[] {
  const images = imagesOf(source)
  const select = db.prepare<Bound[], ClassCount>(
    `SELECT i.class_idx AS classIndex, ${classNameSql} AS name, count(*) AS n, sum(p.correct) AS correct
     FROM ${withFacts(images, { range: true })} AND p.correct IS NOT NULL GROUP BY i.class_idx ORDER BY i.class_idx`,
  )
  return (range) => select.all(...images.values, boundTo(range))
}

/** Number of images of a true class with the same predicted output. */
export interface ConfusionCount {
  truth: string
  predicted: number
  n: number
}

/** Counts predictions by true class and predicted output. */
export function confusionCounts(db: Db, source: ImageSource): (range: FactRange) => ConfusionCount[] {
  const images = imagesOf(source)
  const select = db.prepare<Bound[], ConfusionCount>(
    `SELECT ${classNameSql} AS truth, p.predicted, count(*) AS n
     FROM ${withFacts(images, { range: true })} GROUP BY i.class_idx, p.predicted`,
  )
  return (range) => select.all(...images.values, boundTo(range))
}
