import type { JobContext } from '../../jobs/index.ts'
import type { Log } from '../../base/log.ts'
import { hasContent, openWorkspace, UnkeptFolder, type Workspace } from '../../workspace/index.ts'
import { LastWorkspace } from './lastWorkspace.ts'
import { endWork, startJobs, tidied, workOn, type OpenWorkspace } from './openWorkspace.ts'
import type { SessionOptions } from './options.ts'

/** What the engine does beside the open workspace. */
interface Beside {
  log: Log
  /** Runs a job of a workspace. */
  run: (workspace: Workspace, context: JobContext) => Promise<void>
  /** Ends what the engine holds of a workspace that is about to be closed. */
  leave: () => Promise<void>
}

/**
 * At most one open workspace. It is closed only after another one was opened; its running job stores its results first.
 * Changes wait for one another, and each is remembered for the next start of the engine.
 */
export class OneWorkspace {
  readonly unkept: UnkeptFolder
  readonly last: LastWorkspace
  readonly #options: SessionOptions
  readonly #beside: Beside
  #opened: OpenWorkspace | null = null
  /** Settles when the last change is done. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: SessionOptions, beside: Beside) {
    this.#options = options
    this.#beside = beside
    this.unkept = new UnkeptFolder(options.unkeptFolder)
    this.last = new LastWorkspace(options.stateFile, beside.log)
  }

  get opened(): OpenWorkspace | null {
    return this.#opened
  }

  /**
   * Opens a workspace in place of the open one, which stays open where that fails.
   *
   * @param at what is opened; nothing is done where it is open already, in the same way
   * @param rests whether its queued jobs are not started
   * @throws any error of `make`
   */
  replace(
    make: () => Workspace | Promise<Workspace>,
    at?: { path: string; readOnly: boolean },
    rests = false,
  ): Promise<Workspace> {
    return this.#inTurn(async () => {
      const opened = this.#opened?.workspace
      if (at && opened?.isAt(at.path) && (opened.readOnly !== null) === at.readOnly) return opened
      const workspace = await this.#tidied(make())
      try {
        await this.#release()
      } catch (error) {
        workspace.close()
        throw error
      }
      return this.#begin(workspace, rests)
    })
  }

  /**
   * Closes the open workspace and opens the one that it becomes. Where that fails, it is opened again.
   *
   * @param open gives the open one
   * @param become makes the other workspace out of the folder of the closed one
   * @throws any error of `open` and `become`
   */
  change(
    open: () => OpenWorkspace,
    become: (closed: Workspace) => Workspace | Promise<Workspace>,
  ): Promise<Workspace> {
    return this.#inTurn(async () => {
      const { workspace } = open()
      await this.#release(true)
      let next: Workspace
      try {
        next = await this.#tidied(become(workspace))
      } catch (error) {
        await this.#begin(openWorkspace(workspace.path, workspace.kept))
        throw error
      }
      this.unkept.remove(workspace.path)
      return this.#begin(next)
    })
  }

  /** Closes the open workspace, for a person who wants none open. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#release()
      await this.last.remember(null)
    })
  }

  /** Closes the open workspace with the engine. One that is not kept yet stays where something was made in it. */
  async end(): Promise<void> {
    await this.#inTurn(async () => {
      const workspace = this.#opened?.workspace
      const unkept = workspace && !workspace.kept ? workspace.info().unkept : null
      const stays = this.unkept.lasts && unkept !== null && hasContent(unkept)
      await this.#release(stays)
      if (unkept && !stays) await this.last.remember(null)
    })
    this.unkept.close()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #tidied(made: Workspace | Promise<Workspace>): Promise<Workspace> {
    return tidied(await made, this.#options.overrides, this.#beside.log)
  }

  async #begin(workspace: Workspace, rests = false): Promise<Workspace> {
    const { log, run } = this.#beside
    const opened = workOn(workspace, {
      log,
      readsApart: this.#options.readsApart ?? false,
      run: (context) => run(workspace, context),
    })
    this.#opened = opened
    await this.last.remember({ path: workspace.place, readOnly: workspace.readOnly !== null })
    // What is queued in a copy is run by the engine that has the workspace itself.
    if (workspace.readOnly === null) startJobs(opened, rests, log)
    opened.backup.start()
    return workspace
  }

  /** @param stays whether the folder of a workspace that is not kept stays */
  async #release(stays = false): Promise<void> {
    const opened = this.#opened
    this.#opened = null
    await this.#beside.leave()
    if (!opened) return
    await endWork(opened, this.#beside.log)
    if (!opened.workspace.kept && !stays) this.unkept.remove(opened.workspace.path)
  }
}
