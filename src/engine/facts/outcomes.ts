import { marks, type Db } from '../workspace/index.ts'
import { cellFacts } from './cellFacts.ts'
import { classNames } from './classNames.ts'
import { classNameSql, imagesInOrder, sqlOf, type ImageSource, type SqlValue } from './images.ts'
import type { FactsOf } from './join.ts'
import { isCorrect, isFinitePrediction } from './prediction.ts'
import { countMarks, sourceMarks, type SourceMarks } from './sourceMarks.ts'

/** The prediction of an image and whether it is right. */
export interface Outcome {
  imageId: number
  name: string
  exampleId: number
  /** null where the prediction is neither right nor wrong. */
  correct: boolean | null
  predicted: number
  /** The largest probability, in [0, 1]; 0 where the outputs were not finite. */
  confidence: number
  finite: boolean
}

interface ImageRow {
  id: number
  name: string
  example_id: number
}

function outcomesIn(db: Db, images: readonly ImageRow[], of: FactsOf): Outcome[] {
  const facts = cellFacts(db, of)
  return images.flatMap(({ id, name, example_id: exampleId }) => {
    const fact = facts.of(exampleId)
    if (!fact) return []
    const { predicted, confidence } = fact
    const correct = isCorrect(fact.correct)
    return [
      { imageId: id, name, exampleId, correct, predicted, confidence, finite: isFinitePrediction(fact) },
    ]
  })
}

/**
 * Reads all outcomes of a source's images, in order of image id.
 *
 * @throws WORKSPACE_CORRUPT where a prediction is not as it was stored
 */
export const outcomesOf = (db: Db, source: ImageSource, facts: FactsOf): Outcome[] =>
  [...outcomePages(db, source, facts)].flat()

/** What a prediction says of the true class. */
export interface TrueClassAnswer {
  predicted: number
  correct: boolean | null
  /** null where the model does not have the true class, or the outputs were not finite; so is the logit. */
  trueProbability: number | null
  trueLogit: number | null
}

/**
 * Reads what the predictions of a source's images say of their true classes, by image id.
 *
 * @throws WORKSPACE_CORRUPT where a prediction is not as it was stored
 */
export function trueClassAnswers(db: Db, source: ImageSource, of: FactsOf): Map<number, TrueClassAnswer> {
  const { list, bytes, from } = sourceMarks(db, source)(of)
  const facts = cellFacts(db, of)
  const found = new Map<number, TrueClassAnswer>()
  for (let at = 0; at < bytes.length; at++) {
    const fact = bytes[at] === 0 ? null : facts.of(list.examples[from + at] ?? 0)
    if (!fact) continue
    const finite = isFinitePrediction(fact)
    found.set(list.ids[from + at] ?? 0, {
      predicted: fact.predicted,
      correct: isCorrect(fact.correct),
      trueProbability: finite ? fact.trueProbability : null,
      trueLogit: finite ? fact.trueLogit : null,
    })
  }
  return found
}

/** Images read at a time. */
const page = 5000

/**
 * Yields the outcomes of a source's images page by page, in order of image id. A page may be empty.
 *
 * @throws WORKSPACE_CORRUPT where a prediction is not as it was stored
 */
export function* outcomePages(db: Db, source: ImageSource, facts: FactsOf): Generator<Outcome[]> {
  const { id, before, values, ...images } = imagesInOrder(db, source)
  const select = db.prepare<SqlValue[], ImageRow>(
    `SELECT i.id, i.name, i.example_id FROM ${sqlOf(images)} AND ${id} > ? ORDER BY ${id} LIMIT ${page}`,
  )
  for (let after = before; ;) {
    const rows = select.all(...values, after)
    yield outcomesIn(db, rows, facts)
    const last = rows.at(-1)
    if (last === undefined || rows.length < page) return
    after = last.id
  }
}

/** An image with its prediction and its confidence, in [0, 1]. */
export interface ConfidentImage {
  imageId: number
  name: string
  className: string
  predicted: number
  confidence: number
}

/**
 * Lists the images with the highest confidence whose prediction is wrong, or whose true class the model does not have
 * (`unknown`); the most confident first.
 */
export function mostConfident(
  db: Db,
  source: ImageSource,
  facts: FactsOf,
  which: 'wrong' | 'unknown',
  limit: number,
): ConfidentImage[] {
  const verdict = which === 'wrong' ? marks.wrongVerdict : marks.unjudgedVerdict
  const read = cellFacts(db, facts)
  const image = db
    .prepare<[number], [name: string, className: string]>(
      `SELECT i.name, ${classNameSql} FROM image i WHERE i.id = ?`,
    )
    .raw()
  return likeliest(sourceMarks(db, source)(facts), verdict, limit)
    .flatMap(({ imageId, exampleId }) => {
      const fact = read.of(exampleId)
      return fact ? [{ imageId, predicted: fact.predicted, confidence: fact.confidence }] : []
    })
    .sort((a, b) => b.confidence - a.confidence || a.imageId - b.imageId)
    .slice(0, limit)
    .map((found) => {
      const [name = '', className = ''] = image.get(found.imageId) ?? []
      return { ...found, name, className }
    })
}

interface Candidate {
  imageId: number
  exampleId: number
}

/**
 * The images of the finite answers with a verdict that may be among the `limit` most confident: those of the highest levels that
 * have together at least as many.
 */
function likeliest({ list, from, bytes }: SourceMarks, verdict: number, limit: number): Candidate[] {
  const wanted = (mark: number) => (mark & marks.verdictBits) === verdict && (mark & marks.notFiniteBit) === 0
  const byLevel = new Uint32Array(marks.levels)
  for (const [mark, count] of countMarks({ bytes }).entries())
    if (wanted(mark)) byLevel[mark >> marks.levelShift] = (byLevel[mark >> marks.levelShift] ?? 0) + count
  let [level, count] = [marks.levels, 0]
  while (level > 0 && count < limit) count += byLevel[--level] ?? 0
  const found: Candidate[] = []
  for (let at = 0; at < bytes.length; at++) {
    const mark = bytes[at] ?? 0
    if (mark >> marks.levelShift >= level && wanted(mark))
      found.push({ imageId: list.ids[from + at] ?? 0, exampleId: list.examples[from + at] ?? 0 })
  }
  return found
}

/** Whether the predictions of images are right. */
export interface ImageVerdicts {
  /** Image ids in ascending order. */
  ids: Float64Array
  /** 1 where the prediction is right, 0 where it is wrong. */
  right: Uint8Array
}

/** Reads for each image of a source that has a prediction, and a class that the model knows, whether it is right. */
export function verdictsOf(db: Db, source: ImageSource, facts: FactsOf): ImageVerdicts {
  const { list, bytes } = sourceMarks(db, source)(facts)
  const n = countMarks({ bytes }).reduce((sum, count, mark) => sum + (mark & marks.judgedBit ? count : 0), 0)
  if (n === bytes.length) {
    const all = new Uint8Array(n)
    for (let at = 0; at < n; at++)
      all[at] = Number(((bytes[at] ?? 0) & marks.verdictBits) === marks.rightVerdict)
    return { ids: list.ids, right: all }
  }
  const [ids, right] = [new Float64Array(n), new Uint8Array(n)]
  let place = 0
  for (let at = 0; at < bytes.length; at++) {
    const mark = bytes[at] ?? 0
    if (!(mark & marks.judgedBit)) continue
    ids[place] = list.ids[at] ?? 0
    right[place++] = Number((mark & marks.verdictBits) === marks.rightVerdict)
  }
  return { ids, right }
}

/** Mean confidence of the images of a class, in [0, 1]. */
export interface ClassConfidence {
  className: string
  n: number
  confidence: number
}

/**
 * Computes the mean confidence of each class, in order of the classes, over the images whose outputs were finite.
 *
 * @throws WORKSPACE_CORRUPT where a prediction is not as it was stored
 */
export function meanConfidencesOf(db: Db, source: ImageSource, of: FactsOf): ClassConfidence[] {
  const { list, bytes } = sourceMarks(db, source)(of)
  const facts = cellFacts(db, of)
  const sums = new Map<number, { n: number; sum: number }>()
  for (let at = 0; at < bytes.length; at++) {
    const mark = bytes[at] ?? 0
    if (mark === 0 || (mark & marks.notFiniteBit) > 0) continue
    const index = list.classes[at] ?? 0
    const own = sums.get(index) ?? { n: 0, sum: 0 }
    sums.set(index, { n: own.n + 1, sum: own.sum + (facts.confidenceOf(list.examples[at] ?? 0) ?? 0) })
  }
  const nameOf = classNames(db, source)
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([index, { n, sum }]) => ({ className: nameOf(index), n, confidence: sum / n }))
}
