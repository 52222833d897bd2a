import type { Db } from '../workspace/index.ts'
import { imagesOf, sqlOf, type ImageSource, type SqlValue } from './images.ts'
import type { FactRange } from './join.ts'

/** Returns those of the given images that belong to a source. */
export function amongImages(db: Db, source: ImageSource, imageIds: readonly number[]): number[] {
  const images = imagesOf(source)
  return db
    .prepare<SqlValue[], number>(
      `SELECT i.id FROM ${sqlOf(images)} AND i.id IN (SELECT value FROM json_each(?)) ORDER BY i.id`,
    )
    .pluck()
    .all(...images.values, JSON.stringify(imageIds))
}

/** Counts the predictions of each of the given images over several ranges of facts. Images without any are left out. */
export function countsOfImages(
  db: Db,
  imageIds: readonly number[],
  ranges: readonly FactRange[],
): Map<number, number> {
  const rows = db
    .prepare<[string, string], [number, number]>(
      `WITH cell AS MATERIALIZED (
         SELECT value ->> 'variantId' AS variant, value ->> 'conditionId' AS condition, value ->> 'from' AS first,
           value ->> 'to' AS last FROM json_each(?)
       )
       SELECT i.id, count(*) FROM image i CROSS JOIN cell ON i.id BETWEEN cell.first AND cell.last
       CROSS JOIN prediction p ON p.variant_id = cell.variant AND p.condition_id = cell.condition
         AND p.example_id = i.example_id
       WHERE i.id IN (SELECT value FROM json_each(?)) GROUP BY i.id`,
    )
    .raw()
    .all(JSON.stringify(ranges), JSON.stringify(imageIds))
  return new Map(rows)
}
