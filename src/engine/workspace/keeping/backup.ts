import Database from 'better-sqlite3'
import { mkdirSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { throughDraft } from '../../base/wholeFile.ts'
import { asWorkspaceError, checkContent, withLog } from '../database.ts'

/** Pages that are copied before other work, or a stop, has its turn: 4 MiB. */
const pagesAtOnce = 1000

/**
 * Copies a database as of one moment, with SQLite's online backup, while its engine goes on writing; whole or not at all. The
 * copy is checked before it gets its name, so that a damaged database takes no good backup's place.
 *
 * @throws WORKSPACE_CORRUPT where the database is damaged
 * @throws DISK_FULL where the disk is full
 * @throws CANCELLED where the signal is aborted
 */
export async function writeBackup(
  { file, target }: { file: string; target: string },
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(dirname(target), { recursive: true })
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    // One read transaction: the copy is not begun again with every change of the engine.
    db.exec('BEGIN')
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    await throughDraft(target, async (draft) => {
      await db.backup(draft, {
        progress() {
          if (signal.aborted) throw new KernelscopeError('CANCELLED', 'the backup was stopped')
          return pagesAtOnce
        },
      })
      checkContent(draft, Number.POSITIVE_INFINITY)
      // Reading it made an empty log beside it.
      for (const left of withLog(draft).slice(1)) rmSync(left, { force: true })
      await toDisk(draft)
      if (signal.aborted) throw new KernelscopeError('CANCELLED', 'the backup was stopped')
    })
  } catch (error) {
    throw asWorkspaceError(error, file)
  } finally {
    db.close()
  }
}

async function toDisk(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
