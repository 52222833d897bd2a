import type { Db } from '../workspace/index.ts'
import { imagesOf, type ImageSource } from './images.ts'
import { boundTo, withFacts, type Bound, type FactRange } from './join.ts'
import { checkedColumns, checkedPrediction, type CheckedRow, type Prediction } from './prediction.ts'

/** A prediction with its example: sha256 of the image file (hex) and true class. */
export interface EvidenceRow {
  image: string
  className: string
  prediction: Prediction
}

interface Row extends CheckedRow {
  example_id: number
  digest: Buffer
  class: string
}

/** Examples read in one query. */
const page = 4000

/**
 * Yields the predictions of a source's images page by page, each example once, in order of example id.
 *
 * @throws WORKSPACE_CORRUPT where a prediction is not as it was stored
 */
export function* evidencePages(db: Db, source: ImageSource, range: FactRange): Generator<EvidenceRow[]> {
  const images = imagesOf(source)
  const select = db.prepare<Bound[], Row>(
    `SELECT DISTINCT i.example_id, s.digest, s.class, ${checkedColumns}
     FROM ${withFacts(images, { examples: true, range: true })} AND i.example_id > ? ORDER BY i.example_id LIMIT ${page}`,
  )
  for (let after = 0; ;) {
    const rows = select.all(...images.values, after, boundTo(range))
    yield rows.map((row) => ({
      image: row.digest.toString('hex'),
      className: row.class,
      prediction: checkedPrediction(range, row.example_id, row),
    }))
    if (rows.length < page) return
    after = rows.at(-1)?.example_id ?? after
  }
}
