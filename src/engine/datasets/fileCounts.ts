import type { FolderCheck } from '#shared/contract/index.ts'
import type { Db } from '../workspace/index.ts'

const namesShown = 20

/** What became of a file of the index. */
export interface FoundFile {
  state: 'same' | 'changed' | 'missing'
  /** Whether its bytes were read and are those of the index. */
  digested?: boolean
  /** The time of the file, in ms, where it differs from the index and the bytes do not. */
  renewed?: number
}

/** Counts files of a check, out of `of` readable ones. */
export function fileCounts(of: number): { check: FolderCheck; add(name: string, found: FoundFile): void } {
  const check: FolderCheck = { of, looked: 0, digests: 0, same: 0, changed: 0, missing: 0, names: [] }
  return {
    check,
    add(name, { state, digested = false }) {
      check.looked++
      check[state]++
      if (digested) check.digests++
      if (state !== 'same' && check.names.length < namesShown) check.names.push(name)
    },
  }
}

/** Number of readable images of a dataset. */
export const countReadable = (db: Db, datasetId: number): number =>
  Number(
    db
      .prepare<[number], number>('SELECT count(*) FROM image WHERE dataset_id = ? AND problem IS NULL')
      .pluck()
      .get(datasetId),
  )

/** Stores the times [ms] of files that were only touched, so that they are not read again to be compared. */
export function renewTimes(db: Db, files: readonly { id: number; mtime: number }[]): void {
  if (files.length === 0 || db.readonly) return
  const update = db.prepare('UPDATE image SET mtime = ? WHERE id = ?')
  db.transaction(() => {
    for (const { id, mtime } of files) update.run(mtime, id)
  })()
}
