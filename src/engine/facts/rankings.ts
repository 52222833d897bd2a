import type { Db } from '../workspace/index.ts'
import { cellFacts } from './cellFacts.ts'
import { classNameSql, imagesOf, sqlOf, type ImageSource, type SqlValue } from './images.ts'
import type { FactsOf } from './join.ts'
import { toPrediction } from './prediction.ts'

/** An image with its likeliest classes, best first. */
export interface RankedImage {
  imageId: number
  name: string
  className: string
  exampleId: number
  top: number[]
}

/**
 * Reads the likeliest classes of a source's images, in order of image id.
 *
 * @throws WORKSPACE_CORRUPT where a prediction is not as it was stored
 */
export function rankingsOf(db: Db, source: ImageSource, of: FactsOf): RankedImage[] {
  const images = imagesOf(source)
  const facts = cellFacts(db, of)
  return db
    .prepare<SqlValue[], Omit<RankedImage, 'top'>>(
      `SELECT i.id AS imageId, i.name, i.example_id AS exampleId, ${classNameSql} AS className
       FROM ${sqlOf(images)} ORDER BY i.id`,
    )
    .all(...images.values)
    .flatMap((row) => {
      const fact = facts.of(row.exampleId)
      return fact ? [{ ...row, top: toPrediction(fact).top.map(({ classIndex }) => classIndex) }] : []
    })
}
