import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import type { Damage, SalvagedTable, WorkspaceBackup } from '#shared/contract/index.ts'
import { copyFolder } from '../../base/copyFolder.ts'
import { draftBeside, sweepDrafts } from '../../base/draft.ts'
import { stopSignal } from '../../base/stopSignal.ts'
import { deathDetails, Thread } from '../../threads/thread.ts'
import { backupNamed, newBackup, rotateBackups, type BackupReason } from '../backups.ts'
import { factTables } from '../contentSums.ts'
import { databaseName } from '../schema.ts'
import { moveWorkspace } from '../unkept.ts'
import { checkNewFolder, type Workspace } from '../workspace.ts'
import { isReadable } from './verify.ts'

/** A task of the thread that keeps workspaces safe. */
export type KeepingTask =
  | { kind: 'backup'; file: string; target: string }
  | { kind: 'steps'; file: string }
  | { kind: 'check'; file: string; step: string }
  | { kind: 'salvage'; file: string; target: string; step: SalvageStep }

type SalvageStep = 'begin' | { table: string } | 'finish' | 'stop'

interface KeepingResults {
  backup: void
  steps: string[]
  check: Damage[]
  salvage: string[] | SalvagedTable[]
}

/** How far a check is: the step that comes next, and how many are done. */
export interface VerifyProgress {
  step: string
  done: number
  total: number
}

/** What stops a salvage, and who hears of each table. */
interface SalvageSteps {
  signal: AbortSignal
  onProgress(done: number, total: number, unit: string, note: string): void
}

const stringsOf = (answer: string[] | SalvagedTable[]): string[] =>
  answer.filter((one) => typeof one === 'string')
const tablesOf = (answer: string[] | SalvagedTable[]): SalvagedTable[] =>
  answer.filter((one) => typeof one !== 'string')

const idleMs = 10_000
/** Longest work without a pause, in milliseconds: a day, since SQLite checks a large database in one go. */
const blockedMs = 24 * 60 * 60 * 1000
/** Milliseconds that a step may go on after it was stopped. */
const stoppedMs = 1000

/** Copies and checks databases in a thread of its own, which starts with the first task. */
export class Keeper {
  readonly #thread = new Thread<KeepingTask, KeepingResults>({
    name: 'keeping',
    idleMs,
    watch: {
      blockedMs,
      blocked: ({ file }) => new KernelscopeError('UNSUPPORTED', `${file} takes more than a day to be read`),
      stoppedMs,
      stopped: () => new KernelscopeError('CANCELLED', 'it was stopped'),
    },
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
  async backUp({ place }: Workspace, reason: BackupReason, signal = stopSignal()): Promise<WorkspaceBackup> {
    const target = newBackup(place, reason)
    await this.#thread.ask({ kind: 'backup', file: join(place, databaseName), target }, signal)
    rotateBackups(place)
    return backupNamed(place, target.slice(join(place, 'backups').length + 1))
  }

  /**
   * Copies the database in a folder as of one moment, checked, while its engine goes on writing.
   *
   * @throws WORKSPACE_CORRUPT, DISK_FULL as `backUp`
   */
  copy(place: string, target: string, signal = stopSignal()): Promise<void> {
    return this.#thread.ask({ kind: 'backup', file: join(place, databaseName), target }, signal)
  }

  /**
   * Checks the database and the drawn masks in a folder, step by step; the result comes last. Nothing is written.
   *
   * @param facts whether each fact is checked, too
   * @throws WORKSPACE_CORRUPT and others where the file is no database of a workspace
   * @throws CANCELLED where the signal is aborted
   */
  async *verify(
    place: string,
    signal?: AbortSignal,
    facts = true,
  ): AsyncGenerator<VerifyProgress, { damages: Damage[]; steps: string[] }, undefined> {
    const file = join(place, databaseName)
    const all = await this.#thread.ask({ kind: 'steps', file }, signal)
    const steps = facts ? all : all.filter((step) => !factTables.some((name) => name === step))
    const damages: Damage[] = []
    for (const [done, step] of steps.entries()) {
      if (signal?.aborted) throw new KernelscopeError('CANCELLED', 'the check was stopped')
      yield { step, done, total: steps.length }
      damages.push(...(await this.#thread.ask({ kind: 'check', file, step }, signal)))
      if (done === 0 && !isReadable(damages)) return { damages, steps: steps.slice(0, 1) }
    }
    return { damages, steps }
  }

  /**
   * Reads what can be read of the workspace in a folder into a new workspace, with its drawn masks; whole or not at all.
   *
   * @param to a new or empty folder
   * @throws WORKSPACE_EXISTS, WORKSPACE_MISSING where the folder cannot become a workspace
   * @throws WORKSPACE_CORRUPT where nothing can be read; the reason of the signal. The folder then stays empty
   */
  async salvage(place: string, to: string, { signal, onProgress }: SalvageSteps): Promise<SalvagedTable[]> {
    const folder = resolve(to)
    checkNewFolder(folder)
    const draft = draftBeside(folder)
    const ask = (step: SalvageStep) =>
      this.#thread.ask({
        kind: 'salvage',
        file: join(place, databaseName),
        target: join(draft, databaseName),
        step,
      })
    try {
      mkdirSync(draft, { recursive: true })
      sweepDrafts(dirname(folder))
      const names = stringsOf(await ask('begin'))
      for (const [done, table] of names.entries()) {
        signal.throwIfAborted()
        onProgress(done, names.length, 'tables', `Reading ${table}`)
        await ask({ table })
      }
      signal.throwIfAborted()
      const tables = tablesOf(await ask('finish'))
      const draws = join(place, 'draws')
      if (existsSync(draws)) await copyFolder(draws, join(draft, 'draws'), { signal })
      await moveWorkspace(draft, folder)
      return tables
    } catch (error) {
      await ask('stop').catch(() => undefined)
      rmSync(draft, { recursive: true, force: true })
      throw error
    }
  }

  close(): Promise<void> {
    return this.#thread.close()
  }
}
