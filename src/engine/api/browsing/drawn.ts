import { locateImage } from '../../datasets/index.ts'
import { samplePage, firstSampled } from '../../studies/index.ts'
import type { Db } from '../../workspace/index.ts'

interface ReadableImage {
  id: number
  digest: string
}

/**
 * Draws `count` readable images of a dataset, with or without a class; fewer where it has fewer. The draw depends only
 * on the seed and the digests of the images (sha256, hex).
 */
export async function drawnImages(
  db: Db,
  datasetId: number,
  count: number,
  seed: number,
): Promise<{ path: string; digest: string }[]> {
  const drawn = await firstSampled(readable(db, datasetId), count, seed)
  return drawn.map(({ id, digest }) => ({ path: locateImage(db, id).path, digest }))
}

function* readable(db: Db, datasetId: number): Generator<ReadableImage[]> {
  const rows = db.prepare<[number, number, number], { id: number; digest: Buffer }>(
    `SELECT i.id, s.digest FROM image i NOT INDEXED JOIN example s ON s.id = i.example_id
     WHERE i.dataset_id = ? AND i.problem IS NULL AND i.id > ? ORDER BY i.id LIMIT ?`,
  )
  const first = db.prepare<[number], number | null>('SELECT min(id) FROM image WHERE dataset_id = ?').pluck()
  for (let after = (first.get(datasetId) ?? 1) - 1; ;) {
    const found = rows.all(datasetId, after, samplePage)
    const last = found.at(-1)
    if (last === undefined) return
    after = last.id
    yield found.map(({ id, digest }) => ({ id, digest: digest.toString('hex') }))
  }
}
