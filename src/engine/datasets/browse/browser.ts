import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { deathText, Thread } from '../../threads/thread.ts'
import { Turns } from '../../threads/turns.ts'
import type { BrowseResults, BrowseTask } from './protocol.ts'

const cancelled = 'the request was cancelled'

/** One is answered at a time, so that what is aborted while it waits costs nothing. */
const turns = () => new Turns({ depth: 1, closed: cancelled, aborted: cancelled })

/** The browse thread of a workspace: starts with the first request. */
export class Browser {
  readonly #quick = turns()
  /** What takes long, in steps, so that the rest need not wait for it. */
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
   * Asks one thing. Counting facets goes on beside the rest, and ends when it is aborted.
   * Errors: CANCELLED when aborted or closed; INTERNAL when the thread died.
   */
  ask<K extends BrowseTask['kind']>(
    task: Extract<BrowseTask, { kind: K }>,
    signal?: AbortSignal,
  ): Promise<BrowseResults[K]> {
    return new Promise<BrowseResults[K]>((resolve, reject) => {
      // Whoever aborts does not wait until the thread has stopped; the next request does.
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
