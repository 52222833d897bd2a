import { setImmediate as nextTurn } from 'node:timers/promises'
import { generator } from '#shared/random.ts'
import { locateImage } from '../datasets/index.ts'
import type { Db } from '../workspace/index.ts'

interface Candidate {
  id: number
  digest: string
  order: number
}

const page = 2000

/**
 * `count` readable images of a dataset, the first in an order drawn from the seed and their digests; with a class or
 * without. Other work has its turn between pages, however large the dataset is.
 */
export async function drawnImages(
  db: Db,
  datasetId: number,
  count: number,
  seed: number,
): Promise<{ path: string; digest: string }[]> {
  const rows = db.prepare<[number, number, number], { id: number; digest: Buffer }>(
    `SELECT i.id, s.digest FROM image i JOIN subject s ON s.id = i.subject_id
     WHERE i.dataset_id = ? AND i.problem IS NULL AND i.id > ? ORDER BY i.id LIMIT ?`,
  )
  let best: Candidate[] = []
  for (let after = 0; ;) {
    const found = rows.all(datasetId, after, page)
    const candidates = found.map(({ id, digest: bytes }) => {
      const digest = bytes.toString('hex')
      return { id, digest, order: generator('images', seed, digest).uniform() }
    })
    best = [...best, ...candidates].sort((a, b) => a.order - b.order || a.id - b.id).slice(0, count)
    after = found.at(-1)?.id ?? 0
    if (found.length < page) break
    await nextTurn()
  }
  return best.map(({ id, digest }) => ({ path: locateImage(db, id).path, digest }))
}
