import type { Db } from '../workspace/index.ts'
import { marksOf } from './cellMarks.ts'
import { imagesOf, sqlOf, type ImageSource, type SqlValue } from './images.ts'
import type { FactRange } from './join.ts'
import { keptText } from './keptText.ts'

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
  const examples = db
    .prepare<[string], [number, number]>(
      'SELECT id, example_id FROM image WHERE example_id IS NOT NULL AND id IN (SELECT value FROM json_each(?))',
    )
    .raw()
    .all(JSON.stringify(imageIds))
  const counts = new Map<number, number>()
  const reader = marksOf(db)
  for (const { from, to, ...of } of ranges) {
    const { first, bytes } = reader.of(of)
    for (const [id, example] of examples)
      if (id >= from && id <= to && (bytes[example - first] ?? 0) > 0)
        counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}

/** Counts the images of a source. */
export function countImages(db: Db, source: ImageSource): number {
  const count = () => {
    const images = imagesOf(source)
    return Number(
      db
        .prepare(`SELECT count(*) FROM ${sqlOf(images)}`)
        .pluck()
        .get(...images.values),
    )
  }
  return source.selectedFor === null ? Number(keptText(db, source, 'count', () => String(count()))) : count()
}
