import type { Db } from '../workspace/index.ts'
import { imageColumns, studyImage, type ImageRow, type StudyImage } from './imageRows.ts'
import { imagesInOrder, sqlOf, type ImageSource, type SqlValue } from './images.ts'

/** Yields the images of a source in chunks of at most `size`, in order of image id, read as they are needed. */
export function* imageChunks(db: Db, source: ImageSource, size: number): Generator<StudyImage[]> {
  const { id, before, values, ...images } = imagesInOrder(db, source)
  const select = db.prepare<SqlValue[], ImageRow>(
    `SELECT ${imageColumns}
     FROM ${sqlOf(images, ' JOIN example s ON s.id = i.example_id')} AND ${id} > ? ORDER BY ${id} LIMIT ?`,
  )
  for (let after = before; ;) {
    const rows = select.all(...values, after, size)
    if (rows.length === 0) return
    after = rows.at(-1)?.id ?? after
    yield rows.map(studyImage)
  }
}
