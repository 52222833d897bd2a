import Database from 'better-sqlite3'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'

/** The lock of a workspace. */
export interface Lock {
  release(): void
}

/**
 * Locks a workspace for one engine. The lock is an exclusive SQLite transaction on a separate file. The operating
 * system releases it when the process ends in any way, so no lock is ever stale. `workspace.owner` only names the
 * holder.
 *
 * @throws WORKSPACE_LOCKED where another process holds the lock
 */
export function lockWorkspace(directory: string): Lock {
  const owner = join(directory, 'workspace.owner')
  const db = new Database(join(directory, 'workspace.lock'), { timeout: 0 })
  try {
    db.pragma('journal_mode = DELETE')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    throw new KernelscopeError(
      'WORKSPACE_LOCKED',
      `the workspace is open in ${describe(owner)}: ${directory}`,
      { cause: error },
    )
  }
  // The folder may come from someone else: a link that bears this name is removed, never followed.
  rmSync(owner, { force: true })
  writeFileSync(owner, `process ${process.pid} on ${hostname()}`, { flag: 'wx' })
  return {
    release() {
      db.exec('ROLLBACK')
      db.close()
      rmSync(owner, { force: true })
    },
  }
}

function describe(owner: string): string {
  try {
    return readFileSync(owner, 'utf8')
  } catch {
    return 'another program'
  }
}
