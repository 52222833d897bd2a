import { join } from 'node:path'
import type { FolderCheck, WorkProgress } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { imageRoot } from '../facts/index.ts'
import { imageState, type ImagePool } from '../images/index.ts'
import type { Db } from '../workspace/index.ts'
import { countReadable, fileCounts, renewTimes, type FoundFile } from './fileCounts.ts'
import { checkRoot } from './root.ts'

/** Files that are read at a time. */
const together = 64

export type CheckEvent = WorkProgress | { type: 'result'; result: FolderCheck }

interface Row {
  id: number
  name: string
  mtime: number
  digest: Buffer | null
}

/**
 * Reads every readable image of a dataset and compares its digest with the index, in the image workers. The times of files
 * that were only touched are stored. Yields progress before each group of files, and nothing more once the signal aborts.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where the dataset itself is gone
 */
export async function* checkAll(
  db: Db,
  pool: ImagePool,
  datasetId: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<CheckEvent, void, undefined> {
  const root = imageRoot(db, datasetId)
  const total = countReadable(db, datasetId)
  const { check, add } = fileCounts(total)
  const select = db.prepare<[number, number, number], Row>(
    `SELECT i.id, i.name, i.mtime, s.digest FROM image i LEFT JOIN example s ON s.id = i.example_id
     WHERE i.dataset_id = ? AND i.problem IS NULL AND i.id > ? ORDER BY i.id LIMIT ?`,
  )
  for (let after = 0; ;) {
    yield { type: 'progress', done: check.looked, total, unit: 'files', note: 'comparing digests' }
    const rows = select.all(datasetId, after, together)
    const found = await Promise.all(rows.map((row) => compare(pool, root, row)))
    if (signal?.aborted) return
    for (const [at, { name }] of rows.entries()) add(name, found[at] ?? { state: 'missing' })
    renewTimes(
      db,
      rows.flatMap(({ id }, at) => {
        const mtime = found[at]?.renewed
        return mtime === undefined ? [] : [{ id, mtime }]
      }),
    )
    after = rows.at(-1)?.id ?? after
    if (rows.length < together) break
  }
  yield { type: 'result', result: check }
}

async function compare(pool: ImagePool, root: string, row: Row): Promise<FoundFile> {
  const path = join(root, row.name)
  try {
    const { digest } = await pool.digestAndMeasure(path)
    if (row.digest?.toString('hex') !== digest) return { state: 'changed' }
    const mtime = (await imageState(path))?.mtime
    return {
      state: 'same',
      digested: true,
      ...(mtime === undefined || mtime === row.mtime ? {} : { renewed: mtime }),
    }
  } catch (error) {
    if (!(error instanceof KernelscopeError) || error.code === 'CANCELLED') throw error
    if (error.code !== 'FILE_MISSING') return { state: 'changed' }
    await checkRoot(root, path)
    return { state: 'missing' }
  }
}
