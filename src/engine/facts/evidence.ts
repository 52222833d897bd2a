import type { Db } from '../workspace/index.ts'
import { cellFacts } from './cellFacts.ts'
import { imageList, placesBetween } from './imageList.ts'
import type { ImageSource } from './images.ts'
import type { FactRange } from './join.ts'
import { toPrediction, type Prediction } from './prediction.ts'

/** A prediction with its example: sha256 of the image file (hex) and true class. */
export interface EvidenceRow {
  image: string
  className: string
  prediction: Prediction
}

/** Examples read at a time. */
const page = 4000

/**
 * Yields the predictions of a source's images page by page, each example once, in order of example id. A page may be empty.
 *
 * @throws WORKSPACE_CORRUPT where a prediction is not as it was stored
 */
export function* evidencePages(db: Db, source: ImageSource, range: FactRange): Generator<EvidenceRow[]> {
  const list = imageList(db, source)
  const examples = [
    ...new Set(list.examples.slice(...placesBetween(list, range.from, range.to)).sort((a, b) => a - b)),
  ]
  const select = db
    .prepare<[string], [id: number, digest: Buffer, className: string]>(
      'SELECT id, digest, class FROM example WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id',
    )
    .raw()
  for (let at = 0; at < examples.length; at += page) {
    const facts = cellFacts(db, range)
    const measured = examples.slice(at, at + page).flatMap((example): [number, Prediction][] => {
      const fact = facts.of(example)
      return fact ? [[example, toPrediction(fact)]] : []
    })
    const predictions = new Map(measured)
    yield select.all(JSON.stringify([...predictions.keys()])).flatMap(([id, digest, className]) => {
      const prediction = predictions.get(id)
      return prediction ? [{ image: digest.toString('hex'), className, prediction }] : []
    })
  }
}
