import type { Db } from '../workspace/index.ts'
import { imageColumns, studyImage, type ImageRow, type StudyImage } from './imageRows.ts'
import type { ImageSource } from './images.ts'
import { imagesInTurn } from './inTurn.ts'

/** A part of an order: the places from `from` up to `to`, which is left out. */
export interface Stretch {
  from: number
  to: number
}

/** All places of an order. */
export const wholeOrder: Stretch = { from: 0, to: Infinity }

/**
 * Yields the images of a source in chunks of at most `size`, in an order that depends on the seed only. After any number
 * of images the classes differ by at most one image, as far as they have that many.
 */
export async function* balancedChunks(
  db: Db,
  source: ImageSource,
  seed: number,
  size: number,
  { from, to } = wholeOrder,
): AsyncGenerator<StudyImage[], void, undefined> {
  const { ids } = await imagesInTurn(db, source, seed)
  const select = db.prepare<[string], ImageRow>(
    `SELECT ${imageColumns} FROM image i JOIN example s ON s.id = i.example_id
     WHERE i.id IN (SELECT value FROM json_each(?))`,
  )
  const end = Math.min(to, ids.length)
  for (let at = from; at < end; at += size) {
    const wanted = [...ids.subarray(at, Math.min(at + size, end))]
    const found = new Map(select.all(JSON.stringify(wanted)).map((row) => [row.id, studyImage(row)]))
    yield wanted.flatMap((id) => found.get(id) ?? [])
  }
}
