import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { Browser, indexDataset } from '../../datasets/index.ts'
import { createPress, type Press } from '../../figures/index.ts'
import { createImagePool, type ImagePool } from '../../images/index.ts'
import { recordOrigins } from '../../models/index.ts'
import { JobQueue, type JobContext } from '../../jobs/index.ts'
import { writeWhole } from '../../base/wholeFile.ts'
import { Log } from '../../base/log.ts'
import { ownReader, runStudy, threadReader, type Reader } from '../../studies/index.ts'
import {
  createWorkspace,
  hasContent,
  openWorkspace,
  trimCache,
  UnkeptFolder,
  type Db,
  type Workspace,
} from '../../workspace/index.ts'
import { runTrial } from './trials.ts'
import { OpenInspections } from './openInspections.ts'
import { SelfChecks } from './selfChecks.ts'
import type { SessionOptions } from './options.ts'
import { defaultSettings, readSettings } from './settings.ts'
import { makeThumbnails, type ThumbnailContext } from './thumbnails.ts'

/** An open workspace with its job queue, what reads it, and its self-checks. */
export interface OpenWorkspace {
  workspace: Workspace
  jobs: JobQueue
  browser: Browser
  reader: Reader
  checks: SelfChecks
}

const decodedBytes = 512 * 2 ** 20
const stateSchema = z.object({ workspace: z.string().nullable() })

/**
 * The engine's state: at most one open workspace, its queue, the image workers. The open workspace is closed only after
 * another one was opened; its running job stores its results first.
 */
export class EngineSession {
  readonly log = new Log()
  readonly inspections = new OpenInspections()
  readonly #options: SessionOptions
  #pool: ImagePool | null = null
  #press: Press | null = null
  #opened: OpenWorkspace | null = null
  readonly #unkept: UnkeptFolder
  /** Settles when the last change of the open workspace is done; changes wait for one another. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: SessionOptions = {}) {
    this.#options = options
    this.#unkept = new UnkeptFolder(options.unkeptFolder)
  }

  get pool(): ImagePool {
    return (this.#pool ??= createImagePool({
      workers: this.#options.imageWorkers ?? Math.max(1, availableParallelism() - 1),
      cacheBytes: decodedBytes,
    }))
  }

  get press(): Press {
    return (this.#press ??= createPress())
  }

  get opened(): OpenWorkspace | null {
    return this.#opened
  }

  /**
   * Returns the open workspace.
   *
   * @throws WORKSPACE_CLOSED where none is open
   */
  open(): OpenWorkspace {
    if (!this.#opened) throw new KernelscopeError('WORKSPACE_CLOSED', 'no workspace is open')
    return this.#opened
  }

  /**
   * The database of the open workspace.
   *
   * @throws WORKSPACE_CLOSED where none is open
   */
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
    throw new KernelscopeError('WORKSPACE_CLOSED', `the workspace was closed meanwhile: ${workspace.path}`, {
      hint: 'Open it again and repeat the request.',
    })
  }

  /**
   * What making thumbnails of the open workspace needs.
   *
   * @throws WORKSPACE_CLOSED where none is open
   */
  thumbnailContext(): ThumbnailContext {
    const { workspace } = this.open()
    return { workspace, pool: this.pool, isOpen: () => this.#opened?.workspace === workspace }
  }

  /** Settings of this process, which override those of the workspace. */
  get overrides(): Partial<Settings> {
    return this.#options.overrides ?? {}
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
   *
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
   * Closes the open workspace, which is not kept yet, and opens the one that it becomes. Where that fails, it is opened
   * again.
   *
   * @param become makes the other workspace out of the folder of the closed one
   * @throws UNSUPPORTED where the open workspace is kept already; any error of `become`
   */
  async keepWorkspace(become: (folder: string) => Workspace): Promise<Workspace> {
    return this.#inTurn(async () => {
      const { workspace } = this.open()
      if (workspace.kept)
        throw new KernelscopeError('UNSUPPORTED', `the workspace is kept already: ${workspace.path}`)
      await this.#release(true)
      let next: Workspace
      try {
        next = become(workspace.path)
      } catch (error) {
        await this.#begin(openWorkspace(workspace.path, false))
        throw error
      }
      this.#unkept.remove(workspace.path)
      return this.#begin(next)
    })
  }

  /**
   * Opens a workspace in place of the open one, which stays open where this fails.
   *
   * @throws WORKSPACE_MISSING, WORKSPACE_CORRUPT, WORKSPACE_FOREIGN, WORKSPACE_NEWER, WORKSPACE_LOCKED where it cannot
   *   be opened
   */
  async openWorkspace(path: string): Promise<Workspace> {
    return this.#adopt(() => openWorkspace(path, !this.#unkept.holds(path)), path)
  }

  async closeWorkspace(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#release()
      await this.#remember(null)
    })
  }

  /** Opens the workspace that was open when the engine last ran. An error is only logged. */
  async reopen(): Promise<void> {
    const { stateFile } = this.#options
    if (stateFile === undefined) return
    let last: string | null = null
    try {
      const { workspace } = stateSchema.parse(JSON.parse(await readFile(stateFile, 'utf8')))
      last = workspace
      if (workspace !== null) await this.openWorkspace(workspace)
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!missing) this.log.write('warning', 'the last workspace was not opened', toErrorShape(error))
    }
    this.#unkept.sweep(last)
  }

  /** A workspace that is not kept yet stays for the next start where something was made in it. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      const workspace = this.#opened?.workspace
      const unkept = workspace && !workspace.kept ? workspace.info().unkept : null
      const stays = this.#unkept.lasts && unkept !== null && hasContent(unkept)
      await this.#release(stays)
      if (unkept && !stays) await this.#remember(null)
    })
    this.#unkept.close()
    await this.inspections.close()
    await this.#pool?.close()
    this.#pool = null
    await this.#press?.close()
    this.#press = null
  }

  /** @param path folder to open; nothing is done where its workspace is open already */
  #adopt(make: () => Workspace, path?: string): Promise<Workspace> {
    return this.#inTurn(async () => {
      const opened = this.#opened?.workspace
      if (path !== undefined && opened?.isAt(path)) return opened
      const workspace = make()
      try {
        await this.#release()
      } catch (error) {
        workspace.close()
        throw error
      }
      return this.#begin(workspace)
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #begin(workspace: Workspace): Promise<Workspace> {
    const jobs = new JobQueue(
      workspace.db,
      (context) => this.#runJob(workspace, context),
      (error) => this.log.write('warning', 'the state of a job could not be stored', toErrorShape(error)),
    )
    this.#opened = {
      workspace,
      jobs,
      browser: new Browser(workspace.path),
      reader: this.#options.readsApart ? threadReader(workspace.path) : ownReader(workspace),
      checks: new SelfChecks(workspace, this.log),
    }
    await this.#remember(workspace.path)
    for (const warning of workspace.info().warnings) this.log.write('warning', warning)
    const freed = trimCache(workspace, this.settings().cacheMebibytes * 2 ** 20)
    if (freed > 0)
      this.log.write('info', `the cache was over its limit: ${Math.round(freed / 2 ** 20)} MiB were freed`)
    await recordOrigins(workspace.db)
    jobs.start()
    return workspace
  }

  /** @param stays whether the folder of a workspace that is not kept stays */
  async #release(stays = false): Promise<void> {
    const opened = this.#opened
    this.#opened = null
    await this.inspections.sessions.close()
    await opened?.checks.close()
    await opened?.jobs.close()
    await opened?.browser.close()
    await opened?.reader.close()
    opened?.workspace.close()
    if (opened && !opened.workspace.kept && !stays) this.#unkept.remove(opened.workspace.path)
  }

  async #runJob(workspace: Workspace, context: JobContext): Promise<void> {
    const { job } = context
    if (job.kind === 'index' && job.datasetId !== null) {
      await indexDataset(workspace, this.pool, job.datasetId, context)
      if (this.#options.thumbnailsAhead && !context.signal.aborted) this.#thumbnailsAhead(job.datasetId)
    }
    const run = { workspace, pool: this.pool, settings: this.settings(), log: this.log }
    if (job.kind === 'study' && job.studyId !== null) await runStudy(run, job.studyId, context)
    if (job.kind === 'trial') await runTrial(run, context)
  }

  /**
   * Makes thumbnails in the background. Errors are only logged, since missing thumbnails are made when they are shown.
   */
  #thumbnailsAhead(datasetId: number): void {
    makeThumbnails(this.thumbnailContext(), datasetId, 192).catch((error: unknown) =>
      this.log.write('warning', 'thumbnails were not made ahead', toErrorShape(error)),
    )
  }

  /** Stores the path of the open workspace for the next start. Errors are only logged. */
  async #remember(workspace: string | null): Promise<void> {
    const { stateFile } = this.#options
    if (stateFile === undefined) return
    try {
      await writeWhole(stateFile, JSON.stringify({ workspace }))
    } catch (error) {
      this.log.write('warning', 'the open workspace is not remembered', toErrorShape(error))
    }
  }
}
