import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { deathText, Thread } from '../../threads/thread.ts'
import { Turns } from '../../threads/turns.ts'
import type { BrowseResults, BrowseTask } from './protocol.ts'

const cancelled = 'the request was cancelled'

/** One request is answered at a time, so that a request that is aborted while it waits costs nothing. */
const turns = () => new Turns({ depth: 1, closed: cancelled, aborted: cancelled })

/** The browse thread of a workspace. It starts with the first request. */
export class Browser {
  readonly #quick = turns()
  /** Long requests. They run in steps, so that short ones need not wait for them. */
  readonly #slow = turns()
  readonly #thread: Thread<BrowseTask, BrowseResults>

  constructor(folder: string) {
    this.#thread = new Thread({
      name: 'browse',
      workerData: { database: join(folder, 'workspace.sqlite'), keep: join(folder, 'browse.sqlite') },
      lost: (_, death) =>
        new KernelscopeError('INTERNAL', deathText('the browse thread', death), { cause: death.error }),
    })
  }

  /**
   * Runs a task in the browse thread. Facets are counted concurrently with other tasks.
   *
   * @throws CANCELLED where the signal is aborted or the browser closed
   * @throws INTERNAL where the thread died
   */
  ask<K extends BrowseTask['kind']>(
    task: Extract<BrowseTask, { kind: K }>,
    signal?: AbortSignal,
  ): Promise<BrowseResults[K]> {
    return new Promise<BrowseResults[K]>((resolve, reject) => {
      // An aborted request is rejected at once; the next request waits until the thread has stopped it.
      signal?.addEventListener('abort', () => reject(new KernelscopeError('CANCELLED', cancelled)))
      const own = task.kind === 'facets' ? this.#slow : this.#quick
      own.run(() => this.#thread.ask(task, signal), { signal }).then(resolve, reject)
    })
  }

  async close(): Promise<void> {
    this.#quick.close()
    this.#slow.close()
    await this.#thread.close()
  }
}
