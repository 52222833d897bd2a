import type { Db } from '../workspace/index.ts'
import { imagesOf, type ImageSource } from './images.ts'
import { boundTo, withFacts, type Bound, type FactRange, type FactsOf } from './join.ts'
import { checkedColumns, checkedPrediction, type CheckedRow, type Prediction } from './prediction.ts'

/** An image with its prediction. */
export interface MeasuredImage {
  imageId: number
  name: string
  classIndex: number
  prediction: Prediction
}

interface Row extends CheckedRow {
  id: number
  example_id: number
  name: string
  class_idx: number
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
  const images = imagesOf(source)
  return db
    .prepare<Bound[], Row>(
      `SELECT i.id, i.name, i.class_idx, i.example_id, ${checkedColumns}
       FROM ${withFacts(images, { range: true })} AND i.id > ? ORDER BY i.id LIMIT ?`,
    )
    .all(...images.values, after ?? 0, limit, boundTo(range))
    .map((row) => ({
      imageId: row.id,
      name: row.name,
      classIndex: row.class_idx,
      prediction: checkedPrediction(range, row.example_id, row),
    }))
}

/** All images, the most or the least confident first, or only the mistakes, the most confident first. */
export type ConfidenceOrder = 'mistakes' | 'mostConfident' | 'leastConfident'

/**
 * Lists image ids by confidence, then by id, starting after the image `after`. `total` counts all images of the list.
 */
export function byConfidence(
  db: Db,
  source: ImageSource,
  facts: FactsOf,
  order: ConfidenceOrder,
  after: number | null,
  limit: number,
): { ids: number[]; total: number } {
  const images = imagesOf(source)
  const found = `FROM ${withFacts(images)}${order === 'mistakes' ? ' AND p.correct = 0' : ''}`
  const bound = [...images.values, { ...boundTo(facts), after: after ?? 0 }]
  const total = db
    .prepare<Bound[], number>(`SELECT count(*) ${found}`)
    .pluck()
    .get(...bound)
  const [sign, way] = order === 'leastConfident' ? ['>', 'ASC'] : ['<', 'DESC']
  const last = `(SELECT q.confidence FROM prediction q JOIN image j ON j.example_id = q.example_id
    WHERE j.id = @after AND q.variant_id = @variant AND q.condition_id = @condition)`
  const beyond =
    after === null ? '' : `AND (p.confidence ${sign} ${last} OR (p.confidence = ${last} AND i.id > @after))`
  const ids = db
    .prepare<Bound[], number>(`SELECT i.id ${found} ${beyond} ORDER BY p.confidence ${way}, i.id LIMIT ?`)
    .pluck()
    .all(...bound, limit)
  return { ids, total: total ?? 0 }
}
