import { join } from 'node:path'
import type { Db } from '../workspace/index.ts'
import { imageRootSql } from './imageRoot.ts'
import { imagesInOrder, sqlOf, type ImageSource, type SqlValue } from './images.ts'

/** An image that a study measures. */
export interface StudyImage {
  id: number
  exampleId: number
  /** sha256 of the file, hex. */
  digest: string
  path: string
  className: string
  /** Size and modification time (ms) when it was indexed. */
  bytes: number
  mtime: number
}

interface Row {
  id: number
  example_id: number
  digest: Buffer
  class: string
  bytes: number
  mtime: number
  name: string
  root: string
}

/** Yields the images of a source in chunks of at most `size`, in order of image id, read as they are needed. */
export function* imageChunks(db: Db, source: ImageSource, size: number): Generator<StudyImage[]> {
  const { id, before, values, ...images } = imagesInOrder(db, source)
  const select = db.prepare<SqlValue[], Row>(
    `SELECT i.id, i.example_id, i.name, i.bytes, i.mtime, s.digest, s.class, (SELECT ${imageRootSql} FROM dataset d WHERE d.id = i.dataset_id) AS root
     FROM ${sqlOf(images, ' JOIN example s ON s.id = i.example_id')} AND ${id} > ? ORDER BY ${id} LIMIT ?`,
  )
  for (let after = before; ;) {
    const rows = select.all(...values, after, size)
    if (rows.length === 0) return
    after = rows.at(-1)?.id ?? after
    yield rows.map((row) => ({
      id: row.id,
      exampleId: row.example_id,
      digest: row.digest.toString('hex'),
      path: join(row.root, row.name),
      className: row.class,
      bytes: row.bytes,
      mtime: row.mtime,
    }))
  }
}
