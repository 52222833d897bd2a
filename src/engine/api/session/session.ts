import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { Browser, indexDataset } from '../../datasets/index.ts'
import { createPress, type Press } from '../../figures/index.ts'
import { createImagePool, type ImagePool } from '../../images/index.ts'
import { JobQueue, type JobContext } from '../../jobs/index.ts'
import { writeWhole } from '../../base/wholeFile.ts'
import { Log } from '../../base/log.ts'
import { runStudy } from '../../studies/index.ts'
import { createWorkspace, openWorkspace, trimCache, type Workspace } from '../../workspace/index.ts'
import { OpenInspections } from './openInspections.ts'
import { SelfChecks } from './selfChecks.ts'
import { defaultSettings, readSettings } from './settings.ts'
import { makeThumbnails, type ThumbnailContext } from './thumbnails.ts'

/** An open workspace and what works on it. */
export interface Opened {
  workspace: Workspace
  jobs: JobQueue
  browser: Browser
  checks: SelfChecks
}

export interface SessionOptions {
  /** File that remembers the open workspace between starts of the engine. */
  stateFile?: string | undefined
  /** Settings that override those of the workspace for this process, e.g. from the command line. */
  overrides?: Partial<Settings>
  /** Threads that decode and transform images; one less than there are cores when left out. */
  imageWorkers?: number
  /** Make thumbnails in the background once a dataset is indexed: for an engine with a window. */
  thumbnailsAhead?: boolean
  /** Check a model's rewrites by numbers in the background once it is added. */
  checksAhead?: boolean
}

const decodedBytes = 512 * 2 ** 20
const stateSchema = z.object({ workspace: z.string().nullable() })

/**
 * The engine's state: at most one open workspace, its queue, the image workers. The open workspace is given up only
 * once another one is open, and its running job stores what it has before.
 */
export class EngineSession {
  readonly log = new Log()
  readonly inspections = new OpenInspections()
  readonly #options: SessionOptions
  #pool: ImagePool | null = null
  #press: Press | null = null
  #opened: Opened | null = null
  /** Ends when the last change of what is open has ended; one waits for the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: SessionOptions = {}) {
    this.#options = options
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

  get opened(): Opened | null {
    return this.#opened
  }

  /** The open workspace; throws WORKSPACE_CLOSED without one. */
  open(): Opened {
    if (!this.#opened) throw new KernelscopeError('WORKSPACE_CLOSED', 'no workspace is open')
    return this.#opened
  }

  /** The open workspace, after something was waited for in it; throws WORKSPACE_CLOSED where it is no longer open. */
  stillOpen(workspace: Workspace): Opened {
    if (this.#opened?.workspace === workspace) return this.#opened
    throw new KernelscopeError('WORKSPACE_CLOSED', `the workspace was closed meanwhile: ${workspace.path}`, {
      hint: 'Open it again, and ask once more.',
    })
  }

  /** What making thumbnails of the open workspace needs. */
  thumbnailRoom(): ThumbnailContext {
    const { workspace } = this.open()
    return { workspace, pool: this.pool, isOpen: () => this.#opened?.workspace === workspace }
  }

  /** Settings of this process, which stand above those of the workspace. */
  get overrides(): Partial<Settings> {
    return this.#options.overrides ?? {}
  }

  /** Has the rewrites of a model that was just added checked, where this engine has time for that. */
  checkLater(modelId: number): void {
    if (this.#options.checksAhead) this.open().checks.later(modelId)
  }

  /** Those of the open workspace, the defaults while none is open; what this process was started with stands above them. */
  settings(): Settings {
    const stored = this.#opened ? readSettings(this.#opened.workspace.db) : defaultSettings
    return { ...stored, ...this.#options.overrides }
  }

  async createWorkspace(path: string): Promise<Workspace> {
    return this.#adopt(() => createWorkspace(path))
  }

  async openWorkspace(path: string): Promise<Workspace> {
    return this.#adopt(() => openWorkspace(path), path)
  }

  async closeWorkspace(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#release()
      await this.#remember(null)
    })
  }

  /** Opens the workspace that was open when the engine last ran; one that cannot be opened is only logged. */
  async reopen(): Promise<void> {
    const { stateFile } = this.#options
    if (stateFile === undefined) return
    try {
      const { workspace } = stateSchema.parse(JSON.parse(await readFile(stateFile, 'utf8')))
      if (workspace !== null) await this.openWorkspace(workspace)
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!missing) this.log.write('warning', 'the last workspace was not opened', toErrorShape(error))
    }
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#release())
    await this.inspections.close()
    await this.#pool?.close()
    this.#pool = null
    await this.#press?.close()
    this.#press = null
  }

  /** @param path where it is opened: the workspace that is open there already stays as it is */
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
      checks: new SelfChecks(workspace, this.log),
    }
    await this.#remember(workspace.path)
    for (const warning of workspace.info().warnings) this.log.write('warning', warning)
    const freed = trimCache(workspace, this.settings().cacheMebibytes * 2 ** 20)
    if (freed > 0)
      this.log.write('info', `the cache was over its limit: ${Math.round(freed / 2 ** 20)} MiB were freed`)
    jobs.start()
    return workspace
  }

  async #release(): Promise<void> {
    const opened = this.#opened
    this.#opened = null
    await this.inspections.sessions.close()
    await opened?.checks.close()
    await opened?.jobs.close()
    await opened?.browser.close()
    opened?.workspace.close()
  }

  async #runJob(workspace: Workspace, context: JobContext): Promise<void> {
    const { job } = context
    if (job.kind === 'index' && job.datasetId !== null) {
      await indexDataset(workspace, this.pool, job.datasetId, context)
      if (this.#options.thumbnailsAhead && !context.signal.aborted) this.#thumbnailsAhead(job.datasetId)
    }
    if (job.kind === 'study' && job.studyId !== null) {
      await runStudy(
        { workspace, pool: this.pool, settings: this.settings(), log: this.log },
        job.studyId,
        context,
      )
    }
  }

  /** Goes on in the background; what goes wrong is only logged, since thumbnails are made when looked at as well. */
  #thumbnailsAhead(datasetId: number): void {
    makeThumbnails(this.thumbnailRoom(), datasetId, 192).catch((error: unknown) =>
      this.log.write('warning', 'thumbnails were not made ahead', toErrorShape(error)),
    )
  }

  /** For the next start; this one goes on without where it cannot be written. */
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
