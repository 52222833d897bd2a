import { statSync } from 'node:fs'
import { join } from 'node:path'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import type { WorkspaceBackup } from '#shared/contract/index.ts'
import type { Log } from '../../base/log.ts'
import { isBackupDue, Keeper, type Workspace } from '../../workspace/index.ts'

const hour = 60 * 60 * 1000
/** A backup of this many bytes takes about a second, and closing the workspace waits for it. */
const waitedFor = 256 * 2 ** 20

/** Makes a backup of an open workspace once a day of use, beside all other work. */
export class DailyBackup {
  readonly #keeper = new Keeper()
  readonly #workspace: Workspace
  readonly #log: Log
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> | null = null

  constructor(workspace: Workspace, log: Log) {
    this.#workspace = workspace
    this.#log = log
  }

  /** Makes one now where it is due, and looks again every hour. A workspace that is not kept or only read gets none. */
  start(): void {
    if (!this.#workspace.kept || this.#workspace.readOnly !== null) return
    this.#begin()
    this.#timer = setInterval(() => this.#begin(), hour).unref()
  }

  /** Makes one because someone asked. @throws CANCELLED where the signal is aborted or the workspace closed */
  now(signal?: AbortSignal): Promise<WorkspaceBackup> {
    const closing = this.#closing.signal
    return this.#keeper.backUp(
      this.#workspace,
      'asked',
      signal ? AbortSignal.any([closing, signal]) : closing,
    )
  }

  /** Waits for a running backup where it is short; drops it otherwise. */
  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    if (this.#running && sizeOf(this.#workspace) > waitedFor) this.#closing.abort()
    await this.#running
    await this.#keeper.close()
  }

  #begin(): void {
    if (this.#running) return
    this.#running = this.#makeWhereDue()
      .catch((error: unknown) => {
        if (error instanceof KernelscopeError && error.code === 'CANCELLED') return
        this.#log.write('warning', 'no backup of the workspace was made', toErrorShape(error))
      })
      .finally(() => (this.#running = null))
  }

  /** Rejects where the folder has gone, too: a backup that is not made keeps nobody from working. */
  async #makeWhereDue(): Promise<void> {
    if (!isBackupDue(this.#workspace.place)) return
    const { name } = await this.#keeper.backUp(this.#workspace, 'daily', this.#closing.signal)
    this.#log.write('info', `backup made: ${name}`)
  }
}

/** Bytes of the database; 0 where its folder has gone, which must not keep a workspace from being closed. */
const sizeOf = ({ path }: Workspace): number =>
  statSync(join(path, 'workspace.sqlite'), { throwIfNoEntry: false })?.size ?? 0
