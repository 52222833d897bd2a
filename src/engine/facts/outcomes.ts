import { marks, type Db } from '../workspace/index.ts'
import { classNameSql, imagesInOrder, imagesOf, type ImageSource } from './images.ts'
import { boundTo, withFacts, type Bound, type FactsOf } from './join.ts'
import { finiteSql, isCorrect } from './prediction.ts'
import { countMarks, sourceMarks, type SourceMarks } from './sourceMarks.ts'
import { unpackTop } from './top.ts'

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

interface Row {
  id: number
  name: string
  example_id: number
  correct: number | null
  predicted: number
  confidence: number
  finite: number
}

const columns = `i.id, i.name, i.example_id, p.correct, p.predicted, p.confidence, ${finiteSql} AS finite`

const toOutcome = (row: Row): Outcome => ({
  imageId: row.id,
  name: row.name,
  exampleId: row.example_id,
  correct: isCorrect(row.correct),
  predicted: row.predicted,
  confidence: row.confidence,
  finite: row.finite === 1,
})

/** Reads all outcomes of a source's images, in order of image id. */
export function outcomesOf(db: Db, source: ImageSource, facts: FactsOf): Outcome[] {
  const images = imagesOf(source)
  return db
    .prepare<Bound[], Row>(`SELECT ${columns} FROM ${withFacts(images)} ORDER BY i.id`)
    .all(...images.values, boundTo(facts))
    .map(toOutcome)
}

/** Images read at a time. */
const page = 5000

/** Yields the outcomes of a source's images page by page, in order of image id. */
export function* outcomePages(db: Db, source: ImageSource, facts: FactsOf): Generator<Outcome[]> {
  const { id, before, values, ...images } = imagesInOrder(db, source)
  const select = db.prepare<Bound[], Row>(
    `SELECT ${columns} FROM ${withFacts(images)} AND ${id} > ? ORDER BY ${id} LIMIT ${page}`,
  )
  for (let after = before; ;) {
    const rows = select.all(...values, after, boundTo(facts))
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.id
    yield rows.map(toOutcome)
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
  const candidates = likeliest(sourceMarks(db, source)(facts), verdict, limit)
  return db
    .prepare<Bound[], ConfidentImage>(
      `SELECT i.id AS imageId, i.name, p.predicted, p.confidence, ${classNameSql} AS className
       FROM json_each(?) j CROSS JOIN image i ON i.id = j.value
       CROSS JOIN prediction p ON p.variant_id = @variant AND p.condition_id = @condition AND p.example_id = i.example_id
       ORDER BY p.confidence DESC, i.id LIMIT ?`,
    )
    .all(JSON.stringify(candidates), limit, boundTo(facts))
}

/**
 * Ids of the finite answers with a verdict that may be among the `limit` most confident: those of the highest levels that
 * have together at least as many.
 */
function likeliest({ list, from, bytes }: SourceMarks, verdict: number, limit: number): number[] {
  const wanted = (mark: number) => (mark & marks.verdictBits) === verdict && (mark & marks.notFiniteBit) === 0
  const byLevel = new Uint32Array(marks.levels)
  for (const [mark, count] of countMarks({ bytes }).entries())
    if (wanted(mark)) byLevel[mark >> marks.levelShift] = (byLevel[mark >> marks.levelShift] ?? 0) + count
  let [level, count] = [marks.levels, 0]
  while (level > 0 && count < limit) count += byLevel[--level] ?? 0
  const ids: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    const mark = bytes[at] ?? 0
    if (mark >> marks.levelShift >= level && wanted(mark)) ids.push(list.ids[from + at] ?? 0)
  }
  return ids
}

/** Whether the images of a source with a prediction are right. */
export interface ImageVerdicts {
  /** Image ids in ascending order. */
  ids: Float64Array
  /** 1 where the prediction is right, 0 where it is wrong or neither. */
  right: Uint8Array
}

/** Reads for each image of a source that has a prediction whether it is right. */
export function verdictsOf(db: Db, source: ImageSource, facts: FactsOf): ImageVerdicts {
  const { list, bytes } = sourceMarks(db, source)(facts)
  const n = bytes.length - (countMarks({ bytes })[0] ?? 0)
  if (n === bytes.length)
    return {
      ids: list.ids,
      right: bytes.map((mark) => Number((mark & marks.verdictBits) === marks.rightVerdict)),
    }
  const [ids, right] = [new Float64Array(n), new Uint8Array(n)]
  let place = 0
  for (let at = 0; at < bytes.length; at++) {
    const mark = bytes[at] ?? 0
    if (mark === 0) continue
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

/** Computes the mean confidence of each class, in order of the classes. */
export function meanConfidencesOf(db: Db, source: ImageSource, facts: FactsOf): ClassConfidence[] {
  const images = imagesOf(source)
  return db
    .prepare<Bound[], ClassConfidence>(
      `SELECT ${classNameSql} AS className, count(*) AS n, avg(p.confidence) AS confidence
       FROM ${withFacts(images)} AND ${finiteSql} GROUP BY i.class_idx ORDER BY i.class_idx`,
    )
    .all(...images.values, boundTo(facts))
}

/** An image with its likeliest classes, best first. */
export interface RankedImage {
  imageId: number
  name: string
  className: string
  exampleId: number
  top: number[]
}

/** Reads the likeliest classes of a source's images, in order of image id. */
export function rankingsOf(db: Db, source: ImageSource, facts: FactsOf): RankedImage[] {
  const images = imagesOf(source)
  return db
    .prepare<Bound[], Omit<RankedImage, 'top'> & { top: Buffer }>(
      `SELECT i.id AS imageId, i.name, i.example_id AS exampleId, p.top, ${classNameSql} AS className
       FROM ${withFacts(images)} ORDER BY i.id`,
    )
    .all(...images.values, boundTo(facts))
    .map(({ top, ...row }) => ({ ...row, top: unpackTop(top, 0).map(({ classIndex }) => classIndex) }))
}
