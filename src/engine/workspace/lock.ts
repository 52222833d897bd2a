import Database from 'better-sqlite3'
import { closeSync, lstatSync, openSync, readSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { isLink } from './entries.ts'
import { asWorkspaceError } from './errors.ts'

/** The lock of a workspace. */
export interface Lock {
  release(): void
}

/** Whether a file in a workspace's folder is of its lock. */
export const isOfLock = (name: string): boolean => /^workspace\.(owner|lock(-journal)?)$/.test(name)

/**
 * Locks a workspace for one engine. The lock is an exclusive SQLite transaction on a separate file. The operating
 * system releases it when the process ends in any way, so no lock is ever stale. `workspace.owner` only names the
 * holder.
 *
 * @throws WORKSPACE_LOCKED where another process holds the lock
 * @throws DISK_FULL, FILE_UNREADABLE where the folder cannot be written
 */
export function lockWorkspace(directory: string): Lock {
  const owner = join(directory, 'workspace.owner')
  const file = join(directory, 'workspace.lock')
  let held: Database.Database
  try {
    // The folder may come from someone else: links that bear these names are removed, never followed.
    if (isLink(file)) rmSync(file)
    held = lockFile(file)
  } catch (error) {
    throw whyNotLocked(error, directory, file)
  }
  try {
    rmSync(owner, { force: true })
    writeFileSync(owner, `process ${process.pid} on ${hostname()}`, { flag: 'wx' })
  } catch (error) {
    held.close()
    throw asWorkspaceError(error, file)
  }
  return {
    release() {
      held.exec('ROLLBACK')
      held.close()
      rmSync(owner, { force: true })
    },
  }
}

/** Locks a file. One that is no database holds nothing, and is emptied in its place: no other file takes the name. */
function lockFile(file: string): Database.Database {
  try {
    return begin(file)
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_NOTADB') throw error
    truncateSync(file)
    return begin(file)
  }
}

function begin(file: string): Database.Database {
  const db = new Database(file, { timeout: 0 })
  try {
    db.pragma('journal_mode = DELETE')
    db.exec('BEGIN EXCLUSIVE')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function whyNotLocked(error: unknown, directory: string, file: string): unknown {
  const cause = asWorkspaceError(error, file)
  if (!(cause instanceof KernelscopeError) || cause.code !== 'WORKSPACE_LOCKED') return cause
  const owner = describe(join(directory, 'workspace.owner'))
  return new KernelscopeError('WORKSPACE_LOCKED', `the workspace is open in ${owner}: ${directory}`, {
    cause,
  })
}

/** Who holds the lock, as `workspace.owner` says where it is as this program writes it. */
function describe(owner: string): string {
  try {
    const text = lstatSync(owner).isFile() ? beginningOf(owner) : ''
    return /^process \d+ on [\w.-]+$/.test(text) ? text : 'another program'
  } catch {
    return 'another program'
  }
}

function beginningOf(file: string): string {
  const fd = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(300)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0))
  } finally {
    closeSync(fd)
  }
}
