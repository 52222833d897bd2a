import { marks, type Db } from '../workspace/index.ts'
import { cellFacts } from './cellFacts.ts'
import { imageList, placesBetween } from './imageList.ts'
import type { ImageSource } from './images.ts'
import type { FactRange, FactsOf } from './join.ts'
import { toPrediction, type Prediction } from './prediction.ts'
import { sourceMarks } from './sourceMarks.ts'

/** An image with its prediction. */
export interface MeasuredImage {
  imageId: number
  name: string
  classIndex: number
  prediction: Prediction
}

/**
 * Lists the predictions of a source's images in order of image id, starting after the image `after`.
 *
 * @throws WORKSPACE_CORRUPT where a prediction is not as it was stored
 */
export function measuredImages(
  db: Db,
  source: ImageSource,
  range: FactRange,
  after: number | null,
  limit: number,
): MeasuredImage[] {
  const list = imageList(db, source)
  const facts = cellFacts(db, range)
  const name = db.prepare<[number], string>('SELECT name FROM image WHERE id = ?').pluck()
  const [from, to] = placesBetween(list, Math.max(range.from, (after ?? 0) + 1), range.to)
  const found: MeasuredImage[] = []
  for (let at = from; at < to && found.length < limit; at++) {
    const fact = facts.of(list.examples[at] ?? 0)
    if (!fact) continue
    const imageId = list.ids[at] ?? 0
    found.push({
      imageId,
      name: name.get(imageId) ?? '',
      classIndex: list.classes[at] ?? 0,
      prediction: toPrediction(fact),
    })
  }
  return found
}

/** All images, the most or the least confident first, or only the mistakes, the most confident first. */
export type ConfidenceOrder = 'mistakes' | 'mostConfident' | 'leastConfident'

/**
 * Lists image ids by confidence, then by id, starting after the image `after`. `total` counts all images of the list.
 *
 * @throws WORKSPACE_CORRUPT where a prediction is not as it was stored
 */
export function byConfidence(
  db: Db,
  source: ImageSource,
  of: FactsOf,
  order: ConfidenceOrder,
  after: number | null,
  limit: number,
): { ids: number[]; total: number } {
  const { list, bytes } = sourceMarks(db, source)(of)
  const facts = cellFacts(db, of)
  const sign = order === 'leastConfident' ? 1 : -1
  const found: { id: number; confidence: number }[] = []
  for (let at = 0; at < bytes.length; at++) {
    const verdict = (bytes[at] ?? 0) & marks.verdictBits
    if (verdict === 0 || (order === 'mistakes' && verdict !== marks.wrongVerdict)) continue
    const confidence = facts.confidenceOf(list.examples[at] ?? 0)
    if (confidence !== null) found.push({ id: list.ids[at] ?? 0, confidence })
  }
  found.sort((a, b) => sign * (a.confidence - b.confidence) || a.id - b.id)
  const start = after === null ? 0 : 1 + found.findIndex(({ id }) => id === after)
  const isThere = after === null || start > 0
  return { ids: isThere ? found.slice(start, start + limit).map(({ id }) => id) : [], total: found.length }
}
