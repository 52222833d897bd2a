import type { SelfCheck } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import type { Log } from '../../base/log.ts'
import { stoppedBy } from '../../base/stopSignal.ts'
import { getModel, selfCheck, storeSelfCheck, usableModel } from '../../models/index.ts'
import type { Workspace } from '../../workspace/index.ts'

/** Runs the self-checks of a workspace's models in the background, one after the other. */
export class SelfChecks {
  readonly #workspace: Workspace
  readonly #log: Log
  readonly #ending = new AbortController()
  #last: Promise<unknown> = Promise.resolve()

  constructor(workspace: Workspace, log: Log) {
    this.#workspace = workspace
    this.#log = log
  }

  /**
   * Checks a model when the checks before it are done, and stores the result.
   *
   * @throws CANCELLED where the workspace was closed, or the signal is aborted
   */
  check(id: number, signal?: AbortSignal): Promise<SelfCheck> {
    const turn = this.#last.then(() => this.#run(id, signal))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Checks a model that was not checked yet, without waiting; errors are only logged. */
  later(id: number): void {
    if (getModel(this.#workspace.db, id).selfCheck) return
    this.check(id).catch((error: unknown) => {
      if (error instanceof KernelscopeError && error.code === 'CANCELLED') return
      this.#log.write('warning', 'a model could not be checked', toErrorShape(error))
    })
  }

  /** Stops the running check before its next session, and cancels the waiting ones. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#last
  }

  async #run(id: number, asked?: AbortSignal): Promise<SelfCheck> {
    const ending = this.#ending.signal
    const signal = asked ? AbortSignal.any([ending, asked]) : ending
    const checkWanted = () => {
      if (signal.aborted)
        throw new KernelscopeError(
          'CANCELLED',
          ending.aborted ? 'the workspace was closed' : 'it was stopped',
        )
    }
    checkWanted()
    const { db, weights } = this.#workspace
    const model = usableModel(db, id)
    const found = await stoppedBy(signal, () => selfCheck(model, weights, signal))
    checkWanted()
    storeSelfCheck(db, id, found)
    for (const { state, message } of found.rewrites)
      if (state === 'failed') this.#log.write('warning', `${model.title}: ${message}`)
    return found
  }
}
