import Database from 'better-sqlite3'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
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
  let db: Database.Database | null = null
  try {
    db = new Database(file, { timeout: 0 })
    db.pragma('journal_mode = DELETE')
    db.exec('BEGIN EXCLUSIVE')
    // The folder may come from someone else: a link that bears this name is removed, never followed.
    rmSync(owner, { force: true })
    writeFileSync(owner, `process ${process.pid} on ${hostname()}`, { flag: 'wx' })
  } catch (error) {
    db?.close()
    throw whyNotLocked(error, directory, file)
  }
  const held = db
  return {
    release() {
      held.exec('ROLLBACK')
      held.close()
      rmSync(owner, { force: true })
    },
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

function describe(owner: string): string {
  try {
    return readFileSync(owner, 'utf8')
  } catch {
    return 'another program'
  }
}
