import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import type { JobContext } from '../../jobs/index.ts'
import { Log } from '../../base/log.ts'
import {
  createWorkspace,
  keptPicture,
  openReadOnly,
  openWorkspace,
  whyReadOnly,
  type Db,
  type Workspace,
} from '../../workspace/index.ts'
import { CarriedFiles } from '../files/carried.ts'
import { runJob } from './runJob.ts'
import { OneWorkspace } from './oneWorkspace.ts'
import { OpenInspections } from './openInspections.ts'
import type { OpenWorkspace } from './openWorkspace.ts'
import type { SessionOptions } from './options.ts'
import { defaultSettings, readSettings } from './settings.ts'
import { thumbnailsAhead, type ThumbnailContext } from './thumbnails.ts'
import { Workers } from './workers.ts'

/** The engine's state: at most one open workspace with its queue, the image workers, sessions that stay open. */
export class EngineSession {
  readonly log: Log
  readonly inspections = new OpenInspections()
  readonly files = new CarriedFiles()
  readonly #options: SessionOptions
  readonly #workers: Workers
  readonly #one: OneWorkspace

  constructor(options: SessionOptions = {}) {
    this.#options = options
    this.log = options.log ?? new Log()
    this.#workers = new Workers(options.imageWorkers, (digest) =>
      this.opened ? keptPicture(this.opened.workspace, digest) : null,
    )
    this.#one = new OneWorkspace(options, {
      log: this.log,
      run: (workspace, context) => this.#runJob(workspace, context),
      leave: () => this.inspections.sessions.close(),
    })
  }

  get pool() {
    return this.#workers.pool
  }

  get press() {
    return this.#workers.press
  }

  get opened(): OpenWorkspace | null {
    return this.#one.opened
  }

  /** Returns the open workspace. @throws WORKSPACE_CLOSED where none is open */
  open(): OpenWorkspace {
    const { opened } = this
    if (!opened) throw new KernelscopeError('WORKSPACE_CLOSED', 'no workspace is open')
    return opened
  }

  /** The database of the open workspace. @throws WORKSPACE_CLOSED where none is open */
  get db(): Db {
    return this.open().workspace.db
  }

  /**
   * Returns the open workspace, after an await, if it is still `workspace`.
   *
   * @throws WORKSPACE_CLOSED where it was closed meanwhile
   */
  stillOpen(workspace: Workspace): OpenWorkspace {
    const { opened } = this
    if (opened?.workspace === workspace) return opened
    throw new KernelscopeError('WORKSPACE_CLOSED', `the workspace was closed meanwhile: ${workspace.place}`, {
      hint: 'Open it again and repeat the request.',
    })
  }

  /** What making thumbnails of the open workspace needs. @throws WORKSPACE_CLOSED where none is open */
  thumbnailContext(): ThumbnailContext {
    const { workspace } = this.open()
    return { workspace, pool: this.pool, isOpen: () => this.opened?.workspace === workspace }
  }

  /** Allowed signers file of the keys that this person trusts for bundles; undefined where there is no place for one. */
  get signersFile(): string | undefined {
    return this.#options.signersFile
  }

  /** Version of the Electron whose window this engine serves; undefined without one. */
  get electron(): string | undefined {
    return this.#options.electron
  }

  /** Checks the rewrites of a new model in the background, where `checksAhead` is set. */
  checkLater(modelId: number): void {
    if (this.#options.checksAhead) this.open().checks.later(modelId)
  }

  /** Settings of the open workspace, or the defaults while none is open, with the overrides of this process. */
  settings(): Settings {
    const stored = this.opened ? readSettings(this.opened.workspace.db) : defaultSettings
    return { ...stored, ...this.#options.overrides }
  }

  /**
   * Creates a workspace in a new or empty folder and opens it in place of the open one.
   * @throws WORKSPACE_EXISTS, WORKSPACE_MISSING, WORKSPACE_LOCKED where `createWorkspace` throws them
   */
  async createWorkspace(path: string): Promise<Workspace> {
    return this.#one.replace(() => createWorkspace(path))
  }

  /** Opens a new workspace that is not kept yet, in place of the open one. */
  async beginWorkspace(): Promise<Workspace> {
    return this.#one.replace(() => createWorkspace(this.#one.unkept.next(), false))
  }

  /**
   * Closes the open workspace and opens the one that it becomes. Where that fails, it is opened again.
   * @param become makes the other workspace out of the folder of the closed one
   * @throws WORKSPACE_CLOSED where none is open; any error of `become`
   */
  async changeWorkspace(become: (closed: Workspace) => Workspace | Promise<Workspace>): Promise<Workspace> {
    return this.#one.change(() => this.open(), become)
  }

  /**
   * Opens a workspace in place of the open one, which stays open where this fails.
   * @param readOnly opens a copy of it to look at; so is one opened that cannot be written
   * @param rests whether its queued jobs are not started
   * @throws WORKSPACE_MISSING, WORKSPACE_CORRUPT, WORKSPACE_FOREIGN, WORKSPACE_NEWER, WORKSPACE_LOCKED where it cannot
   *   be opened
   */
  async openWorkspace(path: string, readOnly = false, rests = false): Promise<Workspace> {
    const reason = readOnly ? 'It was opened read-only.' : whyReadOnly(path)
    return reason === null
      ? this.#one.replace(
          () => openWorkspace(path, !this.#one.unkept.holds(path)),
          { path, readOnly: false },
          rests,
        )
      : this.#one.replace(() => openReadOnly(path, reason), { path, readOnly: true })
  }

  async closeWorkspace(): Promise<void> {
    await this.#one.close()
  }

  /** Opens the workspace that was open when the engine last ran. An error is only logged. */
  async reopen(): Promise<void> {
    const { last: kept, unkept } = this.#one
    if (!kept.isKept) return
    const failed = (error: unknown) =>
      this.log.write('warning', 'the last workspace was not opened', toErrorShape(error))
    const last = await kept.read().catch(failed)
    // Which one it was is not known, so none that is not kept may be removed.
    if (last === undefined) return
    if (last !== null) await this.openWorkspace(last.path, last.readOnly).catch(failed)
    for (const path of unkept.sweep(last?.path ?? null))
      this.log.write('warning', `a workspace that was not kept is still there: ${path}`)
  }

  /** A workspace that is not kept yet stays for the next start where something was made in it. */
  async close(): Promise<void> {
    await this.#one.end()
    await Promise.all([this.inspections.close(), this.files.close()])
    await this.#workers.close()
  }

  #runJob(workspace: Workspace, context: JobContext): Promise<void> {
    const run = { workspace, pool: this.pool, settings: this.settings(), log: this.log }
    return runJob(run, context, (datasetId) => {
      if (this.#options.thumbnailsAhead) thumbnailsAhead(this.thumbnailContext(), datasetId, this.log)
    })
  }
}
