import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import type { WorkspaceBackup } from '#shared/contract/index.ts'
import { deathDetails, Thread } from '../../threads/thread.ts'
import { backupNamed, newBackup, rotateBackups, type BackupReason } from '../backups.ts'
import { databaseName } from '../schema.ts'
import type { Workspace } from '../workspace.ts'

/** A task of the thread that keeps workspaces safe. */
export interface KeepingTask {
  kind: 'backup'
  file: string
  target: string
}

interface KeepingResults {
  backup: void
}

const idleMs = 10_000

/** Copies and checks databases in a thread of its own, which starts with the first task. */
export class Keeper {
  readonly #thread = new Thread<KeepingTask, KeepingResults>({
    name: 'keeping',
    idleMs,
    lost: (_, death) =>
      new KernelscopeError('INTERNAL', 'the thread that keeps workspaces safe ended', {
        details: deathDetails(death),
      }),
  })

  /**
   * Makes a backup of a workspace, and removes the oldest ones beyond those that are kept.
   *
   * @throws WORKSPACE_CORRUPT where the database is damaged; no backup is made or removed then
   * @throws DISK_FULL, CANCELLED where the disk is full or the signal is aborted
   */
  async backUp({ place }: Workspace, reason: BackupReason, signal?: AbortSignal): Promise<WorkspaceBackup> {
    const target = newBackup(place, reason)
    await this.#thread.ask({ kind: 'backup', file: join(place, databaseName), target }, signal)
    rotateBackups(place)
    return backupNamed(place, target.slice(join(place, 'backups').length + 1))
  }

  close(): Promise<void> {
    return this.#thread.close()
  }
}
