import type { Db } from '../workspace/index.ts'
import { imagesOf, type ImageSource } from './images.ts'
import { boundTo, withFacts, type Bound, type FactRange } from './join.ts'
import { predictionColumns, toPrediction, type Prediction, type PredictionRow } from './prediction.ts'

/** A prediction with its example: sha256 of the image file (hex) and true class. */
export interface EvidenceRow {
  image: string
  className: string
  prediction: Prediction
}

interface Row extends PredictionRow {
  example_id: number
  digest: Buffer
  class: string
}

/** Examples read in one query. */
const page = 4000

/** Yields the predictions of a source's images page by page, each example once, in order of example id. */
export function* evidencePages(db: Db, source: ImageSource, range: FactRange): Generator<EvidenceRow[]> {
  const images = imagesOf(source)
  const select = db.prepare<Bound[], Row>(
    `SELECT DISTINCT i.example_id, s.digest, s.class, ${predictionColumns}
     FROM ${withFacts(images, { examples: true, range: true })} AND i.example_id > ? ORDER BY i.example_id LIMIT ${page}`,
  )
  for (let after = 0; ;) {
    const rows = select.all(...images.values, after, boundTo(range))
    yield rows.map((row) => ({
      image: row.digest.toString('hex'),
      className: row.class,
      prediction: toPrediction(row),
    }))
    if (rows.length < page) return
    after = rows.at(-1)?.example_id ?? after
  }
}
