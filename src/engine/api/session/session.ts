import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import type { JobContext } from '../../jobs/index.ts'
import { Log } from '../../base/log.ts'
import {
  createWorkspace,
  hasContent,
  openReadOnly,
  openWorkspace,
  keptPicture,
  UnkeptFolder,
  whyReadOnly,
  type Db,
  type Workspace,
} from '../../workspace/index.ts'
import { CarriedFiles } from '../files/carried.ts'
import { runJob } from './runJob.ts'
import { LastWorkspace } from './lastWorkspace.ts'
import { OpenInspections } from './openInspections.ts'
import { endWork, startJobs, tidied, workOn, type OpenWorkspace } from './openWorkspace.ts'
import type { SessionOptions } from './options.ts'
import { defaultSettings, readSettings } from './settings.ts'
import { thumbnailsAhead, type ThumbnailContext } from './thumbnails.ts'
import { Workers } from './workers.ts'

/**
 * The engine's state: at most one open workspace, its queue, the image workers. The open workspace is closed only after
 * another one was opened; its running job stores its results first.
 */
export class EngineSession {
  readonly log: Log
  readonly inspections = new OpenInspections()
  readonly files = new CarriedFiles()
  readonly #options: SessionOptions
  readonly #workers: Workers
  #opened: OpenWorkspace | null = null
  readonly #unkept: UnkeptFolder
  readonly #last: LastWorkspace
  /** Settles when the last change of the open workspace is done; changes wait for one another. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: SessionOptions = {}) {
    this.#options = options
    this.log = options.log ?? new Log()
    this.#workers = new Workers(options.imageWorkers, (digest) =>
      this.#opened ? keptPicture(this.#opened.workspace, digest) : null,
    )
    this.#unkept = new UnkeptFolder(options.unkeptFolder)
    this.#last = new LastWorkspace(options.stateFile, this.log)
  }

  get pool() {
    return this.#workers.pool
  }

  get press() {
    return this.#workers.press
  }

  get opened(): OpenWorkspace | null {
    return this.#opened
  }

  /** Returns the open workspace. @throws WORKSPACE_CLOSED where none is open */
  open(): OpenWorkspace {
    if (!this.#opened) throw new KernelscopeError('WORKSPACE_CLOSED', 'no workspace is open')
    return this.#opened
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
    if (this.#opened?.workspace === workspace) return this.#opened
    throw new KernelscopeError('WORKSPACE_CLOSED', `the workspace was closed meanwhile: ${workspace.place}`, {
      hint: 'Open it again and repeat the request.',
    })
  }

  /** What making thumbnails of the open workspace needs. @throws WORKSPACE_CLOSED where none is open */
  thumbnailContext(): ThumbnailContext {
    const { workspace } = this.open()
    return { workspace, pool: this.pool, isOpen: () => this.#opened?.workspace === workspace }
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
    const stored = this.#opened ? readSettings(this.#opened.workspace.db) : defaultSettings
    return { ...stored, ...this.#options.overrides }
  }

  /**
   * Creates a workspace in a new or empty folder and opens it in place of the open one.
   * @throws WORKSPACE_EXISTS, WORKSPACE_MISSING, WORKSPACE_LOCKED where `createWorkspace` throws them
   */
  async createWorkspace(path: string): Promise<Workspace> {
    return this.#adopt(() => createWorkspace(path))
  }

  /** Opens a new workspace that is not kept yet, in place of the open one. */
  async beginWorkspace(): Promise<Workspace> {
    return this.#adopt(() => createWorkspace(this.#unkept.next(), false))
  }

  /**
   * Closes the open workspace and opens the one that it becomes. Where that fails, it is opened again.
   * @param become makes the other workspace out of the folder of the closed one
   * @throws any error of `become`
   */
  async changeWorkspace(become: (closed: Workspace) => Workspace | Promise<Workspace>): Promise<Workspace> {
    return this.#inTurn(async () => {
      const { workspace } = this.open()
      await this.#release(true)
      let next: Workspace
      try {
        next = await tidied(await become(workspace), this.#options.overrides, this.log)
      } catch (error) {
        await this.#begin(openWorkspace(workspace.path, workspace.kept))
        throw error
      }
      this.#unkept.remove(workspace.path)
      return this.#begin(next)
    })
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
      ? this.#adopt(() => openWorkspace(path, !this.#unkept.holds(path)), { path, readOnly: false }, rests)
      : this.#adopt(() => openReadOnly(path, reason), { path, readOnly: true })
  }

  async closeWorkspace(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#release()
      await this.#last.remember(null)
    })
  }

  /** Opens the workspace that was open when the engine last ran. An error is only logged. */
  async reopen(): Promise<void> {
    if (!this.#last.isKept) return
    const failed = (error: unknown) =>
      this.log.write('warning', 'the last workspace was not opened', toErrorShape(error))
    const last = await this.#last.read().catch(failed)
    // Which one it was is not known, so none that is not kept may be removed.
    if (last === undefined) return
    if (last !== null) await this.openWorkspace(last.path, last.readOnly).catch(failed)
    for (const path of this.#unkept.sweep(last?.path ?? null))
      this.log.write('warning', `a workspace that was not kept is still there: ${path}`)
  }

  /** A workspace that is not kept yet stays for the next start where something was made in it. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      const workspace = this.#opened?.workspace
      const unkept = workspace && !workspace.kept ? workspace.info().unkept : null
      const stays = this.#unkept.lasts && unkept !== null && hasContent(unkept)
      await this.#release(stays)
      if (unkept && !stays) await this.#last.remember(null)
    })
    this.#unkept.close()
    await Promise.all([this.inspections.close(), this.files.close()])
    await this.#workers.close()
  }

  /** @param at what is opened; nothing is done where it is open already, in the same way */
  #adopt(
    make: () => Workspace | Promise<Workspace>,
    at?: { path: string; readOnly: boolean },
    rests = false,
  ): Promise<Workspace> {
    return this.#inTurn(async () => {
      const opened = this.#opened?.workspace
      if (at && opened?.isAt(at.path) && (opened.readOnly !== null) === at.readOnly) return opened
      const workspace = await tidied(await make(), this.#options.overrides, this.log)
      try {
        await this.#release()
      } catch (error) {
        workspace.close()
        throw error
      }
      return this.#begin(workspace, rests)
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #begin(workspace: Workspace, rests = false): Promise<Workspace> {
    const opened = workOn(workspace, {
      log: this.log,
      readsApart: this.#options.readsApart ?? false,
      run: (context) => this.#runJob(workspace, context),
    })
    this.#opened = opened
    await this.#last.remember({ path: workspace.place, readOnly: workspace.readOnly !== null })
    // What is queued in a copy is run by the engine that has the workspace itself.
    if (workspace.readOnly === null) startJobs(opened, rests, this.log)
    opened.backup.start()
    return workspace
  }

  /** @param stays whether the folder of a workspace that is not kept stays */
  async #release(stays = false): Promise<void> {
    const opened = this.#opened
    this.#opened = null
    await this.inspections.sessions.close()
    if (!opened) return
    await endWork(opened, this.log)
    if (!opened.workspace.kept && !stays) this.#unkept.remove(opened.workspace.path)
  }

  #runJob(workspace: Workspace, context: JobContext): Promise<void> {
    const run = { workspace, pool: this.pool, settings: this.settings(), log: this.log }
    return runJob(run, context, (datasetId) => {
      if (this.#options.thumbnailsAhead) thumbnailsAhead(this.thumbnailContext(), datasetId, this.log)
    })
  }
}
