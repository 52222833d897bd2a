import { marks, type Db } from '../workspace/index.ts'
import { cellFacts } from './cellFacts.ts'
import { marksOf } from './cellMarks.ts'
import { classNames } from './classNames.ts'
import { hasFailures } from './failures.ts'
import { imagesOf, type ImageSource } from './images.ts'
import { boundTo, withFailures, type Bound, type FactRange } from './join.ts'
import { countMarks, sourceMarks } from './sourceMarks.ts'

/** Counts the images of a source that have a prediction. */
export function countFacts(db: Db, source: ImageSource): (range: FactRange) => number {
  const marksIn = sourceMarks(db, source)
  return (range) => {
    const { bytes } = marksIn(range)
    return bytes.length - (countMarks({ bytes })[0] ?? 0)
  }
}

/** Counts the predictions of a model file, under any condition and with any preprocessing. */
export function countFactsOfModel(db: Db, modelDigest: string): number {
  const reader = marksOf(db)
  const variants = db
    .prepare<[string], number>('SELECT id FROM variant WHERE model_digest = ?')
    .pluck()
    .all(modelDigest)
  let count = 0
  for (const variantId of variants)
    for (const conditionId of reader.conditionsOf(variantId)) {
      const { bytes } = reader.of({ variantId, conditionId })
      count += bytes.length - (countMarks({ bytes })[0] ?? 0)
    }
  return count
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
  const marksIn = sourceMarks(db, source)
  const failures = (range: FactRange) =>
    db
      .prepare<Bound[], number>(`SELECT count(*) FROM ${withFailures(images, { range: true })}`)
      .pluck()
      .get(...images.values, boundTo(range))
  return (range) => {
    const total = { measured: 0, n: 0, correct: 0, correct5: 0 }
    for (const [mark, count] of countMarks(marksIn(range)).entries()) {
      if (mark === 0 || count === 0) continue
      const verdict = mark & marks.verdictBits
      total.measured += count
      if (verdict & marks.judgedBit) total.n += count
      if (verdict === marks.rightVerdict) total.correct += count
      if (mark & marks.topFiveBit) total.correct5 += count
    }
    const failed = hasFailures(db, range) ? (failures(range) ?? 0) : 0
    return { ...total, failed }
  }
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
  const marksIn = sourceMarks(db, source)
  const nameOf = classNames(db, source)
  return (range) => {
    const { list, from, bytes } = marksIn(range)
    const most = list.classes.reduce((a, b) => Math.max(a, b), -1)
    const [judged, right] = [new Uint32Array(most + 1), new Uint32Array(most + 1)]
    for (let at = 0; at < bytes.length; at++) {
      const verdict = (bytes[at] ?? 0) & marks.verdictBits
      if (!(verdict & marks.judgedBit)) continue
      const index = list.classes[from + at] ?? 0
      judged[index] = (judged[index] ?? 0) + 1
      if (verdict === marks.rightVerdict) right[index] = (right[index] ?? 0) + 1
    }
    return [...judged.entries()]
      .filter(([, n]) => n > 0)
      .map(([classIndex, n]) => ({
        classIndex,
        name: nameOf(classIndex),
        n,
        correct: right[classIndex] ?? 0,
      }))
  }
}

/** Number of images of a true class with the same predicted output. */
export interface ConfusionCount {
  truth: string
  predicted: number
  n: number
}

/**
 * Counts predictions by true class and predicted output, in order of the classes, then of the outputs. It throws
 * WORKSPACE_CORRUPT where a prediction is not as it was stored.
 */
export function confusionCounts(db: Db, source: ImageSource): (range: FactRange) => ConfusionCount[] {
  const marksIn = sourceMarks(db, source)
  const nameOf = classNames(db, source)
  return (range) => {
    const { list, from, bytes } = marksIn(range)
    const facts = cellFacts(db, range)
    const counts = new Map<number, Map<number, number>>()
    for (let at = 0; at < bytes.length; at++) {
      const fact = bytes[at] === 0 ? null : facts.of(list.examples[from + at] ?? 0)
      if (!fact) continue
      const index = list.classes[from + at] ?? 0
      const own = counts.get(index) ?? new Map<number, number>()
      counts.set(index, own)
      own.set(fact.predicted, (own.get(fact.predicted) ?? 0) + 1)
    }
    const ordered = <T>(map: Map<number, T>) => [...map].sort(([a], [b]) => a - b)
    return ordered(counts).flatMap(([index, own]) =>
      ordered(own).map(([predicted, n]) => ({ truth: nameOf(index), predicted, n })),
    )
  }
}
