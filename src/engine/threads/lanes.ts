import { KernelscopeError } from '#shared/errors.ts'
import { deathText, Thread } from './thread.ts'
import { Turns } from './turns.ts'
import type { WorkerName } from './url.ts'

const cancelled = 'the request was cancelled'

/** One request of a lane is answered at a time, so that a request that is aborted while it waits costs nothing. */
const turns = () => new Turns({ depth: 1, closed: cancelled, aborted: cancelled })

/** Options of `Lanes`. */
export interface LanesOptions<Task extends { kind: string }> {
  name: WorkerName
  workerData: unknown
  /** Kinds of tasks that run in steps, so that the others need not wait for them. */
  slow: readonly Task['kind'][]
}

/**
 * A thread that answers questions about the workspace, with a lane for quick ones and a lane for slow ones. It starts
 * with the first question. Its script runs the tasks together (`answerTasks`) and stops those that are aborted.
 */
export class Lanes<Task extends { kind: string }, Results extends Record<Task['kind'], unknown>> {
  readonly #quick = turns()
  readonly #slow = turns()
  readonly #isSlow: (kind: Task['kind']) => boolean
  readonly #thread: Thread<Task, Results>

  constructor({ name, workerData, slow }: LanesOptions<Task>) {
    this.#isSlow = (kind) => slow.includes(kind)
    this.#thread = new Thread({
      name,
      workerData,
      lost: (_, death) =>
        new KernelscopeError('INTERNAL', deathText(`the ${name} thread`, death), { cause: death.error }),
    })
  }

  /**
   * Runs a task in the thread.
   *
   * @throws CANCELLED where the signal is aborted or the lanes are closed
   * @throws INTERNAL where the thread died
   * @throws any error of the task
   */
  ask<K extends Task['kind']>(task: Extract<Task, { kind: K }>, signal?: AbortSignal): Promise<Results[K]> {
    return new Promise<Results[K]>((resolve, reject) => {
      // An aborted request is rejected at once; the next request waits until the thread has stopped it.
      const abort = () => reject(new KernelscopeError('CANCELLED', cancelled))
      signal?.addEventListener('abort', abort, { once: true })
      const lane = this.#isSlow(task.kind) ? this.#slow : this.#quick
      lane
        .run(() => this.#thread.ask(task, signal), { signal })
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', abort))
    })
  }

  async close(): Promise<void> {
    this.#quick.close()
    this.#slow.close()
    await this.#thread.close()
  }
}
