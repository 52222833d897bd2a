import type { Db } from '../workspace/index.ts'
import { imagesInOrder, sqlOf, type ImageSource, type SqlValue } from './images.ts'

/** An image of a study, as a list of its images names it. */
export interface ListedStudyImage {
  id: number
  /** sha256 of the file, hex. */
  digest: string
  className: string
  part: string | null
  /** Path inside the dataset. */
  name: string
}

/** Images read in one query. */
const page = 5000

/** Yields the images of a source page by page, in order of image id. */
export function* listedImages(db: Db, source: ImageSource): Generator<ListedStudyImage[]> {
  const { id, before, values, ...images } = imagesInOrder(db, source)
  const select = db.prepare<SqlValue[], Omit<ListedStudyImage, 'digest'> & { digest: Buffer }>(
    `SELECT i.id, s.digest, s.class AS className, i.part, i.name
     FROM ${sqlOf(images, ' JOIN example s ON s.id = i.example_id')} AND ${id} > ? ORDER BY ${id} LIMIT ${page}`,
  )
  for (let after = before; ;) {
    const rows = select.all(...values, after)
    yield rows.map(({ digest, ...row }) => ({ ...row, digest: digest.toString('hex') }))
    if (rows.length < page) return
    after = rows.at(-1)?.id ?? after
  }
}

/** Yields ids and paths inside the dataset of the images of a source page by page, in order of image id. */
export function* imageNames(db: Db, source: ImageSource): Generator<[id: number, name: string][]> {
  const { id, before, values, ...images } = imagesInOrder(db, source)
  const select = db
    .prepare<SqlValue[], [id: number, name: string]>(
      `SELECT i.id, i.name FROM ${sqlOf(images)} AND ${id} > ? ORDER BY ${id} LIMIT ${page}`,
    )
    .raw()
  for (let after = before; ;) {
    const rows = select.all(...values, after)
    yield rows
    if (rows.length < page) return
    after = rows.at(-1)?.[0] ?? after
  }
}
