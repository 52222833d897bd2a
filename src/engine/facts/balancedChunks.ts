import { nextTurn } from '../base/nextTurn.ts'
import type { Db } from '../workspace/index.ts'
import { balancedOrder } from './balancedOrder.ts'
import { imageColumns, studyImage, type ImageRow, type StudyImage } from './imageRows.ts'
import { imagesInOrder, sqlOf, type ImageSource, type SqlValue } from './images.ts'

/** Images whose place is decided before other work of the thread goes on. */
const page = 5000

/**
 * Yields the images of a source in chunks of at most `size`, in an order that depends on the seed only. After any number
 * of images the classes differ by at most one image, as far as they have that many.
 */
export async function* balancedChunks(
  db: Db,
  source: ImageSource,
  seed: number,
  size: number,
): AsyncGenerator<StudyImage[], void, undefined> {
  const ids = await idsInTurn(db, source, seed)
  const select = db.prepare<[string], ImageRow>(
    `SELECT ${imageColumns} FROM image i JOIN example s ON s.id = i.example_id
     WHERE i.id IN (SELECT value FROM json_each(?))`,
  )
  for (let from = 0; from < ids.length; from += size) {
    const wanted = [...ids.subarray(from, from + size)]
    const found = new Map(select.all(JSON.stringify(wanted)).map((row) => [row.id, studyImage(row)]))
    yield wanted.flatMap((id) => found.get(id) ?? [])
  }
}

async function idsInTurn(db: Db, source: ImageSource, seed: number): Promise<Float64Array> {
  const { id, before, values, ...images } = imagesInOrder(db, source)
  const select = db.prepare<SqlValue[], { id: number; class_idx: number; digest: Buffer }>(
    `SELECT i.id, i.class_idx, s.digest
     FROM ${sqlOf(images, ' JOIN example s ON s.id = i.example_id')} AND ${id} > ? ORDER BY ${id} LIMIT ?`,
  )
  const order = balancedOrder(seed)
  for (let after = before; ;) {
    const rows = select.all(...values, after, page)
    for (const row of rows) order.add(row.id, row.class_idx, row.digest)
    after = rows.at(-1)?.id ?? after
    if (rows.length < page) return order.inTurn().ids
    await nextTurn()
  }
}
