import type { Db } from '../workspace/index.ts'
import { classNameSql, imagesOf, type ImageSource } from './images.ts'
import { boundTo, withFacts, type Bound, type FactRange } from './join.ts'

/** Counts the images of a source that have a prediction. */
export function countFacts(db: Db, source: ImageSource): (range: FactRange) => number {
  const images = imagesOf(source)
  const count = db
    .prepare<Bound[], number>(`SELECT count(*) FROM ${withFacts(images, { range: true })}`)
    .pluck()
  return (range) => count.get(...images.values, boundTo(range)) ?? 0
}

export interface CellCounts {
  /** All predictions; `n` are those of images whose class the model knows. */
  measured: number
  n: number
  correct: number
  /** The true class is among the five likeliest. */
  correct5: number
  /** Images that could not be measured. */
  failed: number
}

/** Counts what is right of the images of a source. */
export function cellCounts(db: Db, source: ImageSource): (range: FactRange) => CellCounts {
  const images = imagesOf(source)
  const counts = db.prepare<Bound[], Omit<CellCounts, 'failed'>>(
    `SELECT count(*) AS measured, count(p.correct) AS n, coalesce(sum(p.correct), 0) AS correct, coalesce(sum(p.true_rank <= 5), 0) AS correct5
     FROM ${withFacts(images, { range: true })}`,
  )
  const failures = db
    .prepare<Bound[], number>(`SELECT count(*) FROM ${withFacts(images, { table: 'failure', range: true })}`)
    .pluck()
  return (range) => {
    const bound = [...images.values, boundTo(range)]
    const found = counts.get(...bound) ?? { measured: 0, n: 0, correct: 0, correct5: 0 }
    return { ...found, failed: failures.get(...bound) ?? 0 }
  }
}

/** Images of a class of a dataset, and how many of them are right. */
export interface ClassCount {
  classIndex: number
  name: string
  n: number
  correct: number
}

/** Counts by true class, in order of the classes; images of which nothing is right or wrong are left out. */
export function classCounts(db: Db, source: ImageSource): (range: FactRange) => ClassCount[] {
  const images = imagesOf(source)
  const select = db.prepare<Bound[], ClassCount>(
    `SELECT i.class_idx AS classIndex, ${classNameSql} AS name, count(*) AS n, sum(p.correct) AS correct
     FROM ${withFacts(images, { range: true })} AND p.correct IS NOT NULL GROUP BY i.class_idx ORDER BY i.class_idx`,
  )
  return (range) => select.all(...images.values, boundTo(range))
}

/** How often images of a class were taken for an output. */
export interface ConfusionCount {
  truth: string
  predicted: number
  n: number
}

export function confusionCounts(db: Db, source: ImageSource): (range: FactRange) => ConfusionCount[] {
  const images = imagesOf(source)
  const select = db.prepare<Bound[], ConfusionCount>(
    `SELECT ${classNameSql} AS truth, p.predicted, count(*) AS n
     FROM ${withFacts(images, { range: true })} GROUP BY i.class_idx, p.predicted`,
  )
  return (range) => select.all(...images.values, boundTo(range))
}
