import type { SelfCheck } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import type { Log } from '../../base/log.ts'
import { getModel, selfCheck, storeSelfCheck, usableModel } from '../../models/index.ts'
import type { Workspace } from '../../workspace/index.ts'

/** Self-checks of a workspace's models, one after the other in the background. */
export class SelfChecks {
  readonly #workspace: Workspace
  readonly #log: Log
  readonly #ending = new AbortController()
  #last: Promise<unknown> = Promise.resolve()

  constructor(workspace: Workspace, log: Log) {
    this.#workspace = workspace
    this.#log = log
  }

  /** Checks a model when those before it are done, and stores what was found. */
  check(id: number): Promise<SelfCheck> {
    const turn = this.#last.then(() => this.#run(id))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** The same for a model that was not checked yet; what goes wrong is only logged, since nobody waits for it. */
  later(id: number): void {
    if (getModel(this.#workspace.db, id).selfCheck) return
    this.check(id).catch((error: unknown) => {
      if (error instanceof KernelscopeError && error.code === 'CANCELLED') return
      this.#log.write('warning', 'a model could not be checked', toErrorShape(error))
    })
  }

  /** Ends the check that runs between two of its sessions; those that wait are not begun. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#last
  }

  async #run(id: number): Promise<SelfCheck> {
    const { signal } = this.#ending
    if (signal.aborted) throw new KernelscopeError('CANCELLED', 'the workspace was closed')
    const { db, weights } = this.#workspace
    const model = usableModel(db, id)
    const found = await selfCheck(model, weights, signal)
    if (signal.aborted) throw new KernelscopeError('CANCELLED', 'the workspace was closed')
    storeSelfCheck(db, id, found)
    for (const { state, message } of found.rewrites)
      if (state === 'failed') this.#log.write('warning', `${model.title}: ${message}`)
    return found
  }
}
