import { KernelscopeError } from '#shared/errors.ts'
import { deathDetails, Thread, type Death } from '../threads/thread.ts'
import { Turns } from '../threads/turns.ts'
import { showPath } from './file.ts'
import type { Results, Task } from './protocol.ts'

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>

/** A task whose worker died. */
class Crash extends KernelscopeError {
  readonly oldest: boolean

  constructor({ path }: Task, death: Death) {
    super('IMAGE_UNREADABLE', `${showPath(path)} ended the image worker`, { details: deathDetails(death) })
    this.oldest = death.oldest
  }
}

/**
 * One worker thread with its queue. The worker answers in order, so when it dies the oldest unanswered task is to blame:
 * that one is tried once more in a new worker, then given up; the others are simply sent again.
 */
export class Lane {
  readonly #thread: Thread<Task, Results>
  /** Two are sent ahead, so that the worker never waits for the next one. */
  readonly #turns = new Turns({
    depth: 2,
    closed: 'the image workers are closed',
    aborted: 'nobody waits for the image',
  })
  #closing = false

  constructor(entry: URL | undefined, cacheBytes: number) {
    this.#thread = new Thread({
      name: 'images',
      entry,
      workerData: { cacheBytes },
      lost: (task, death) => new Crash(task, death),
    })
  }

  /** Tasks that wait or run. */
  get load(): number {
    return this.#turns.load
  }

  /** `urgent` goes before everything that was not sent yet. A task whose signal aborts before it was sent is dropped. */
  run<K extends Task['kind']>(task: TaskOf<K>, urgent: boolean, signal?: AbortSignal): Promise<Results[K]> {
    return this.#turns.run(() => this.#ask(task, 0), { urgent, signal })
  }

  /** Lets the worker finish what was sent; the rest is rejected with CANCELLED. */
  async close(): Promise<void> {
    this.#closing = true
    this.#turns.close()
    await this.#thread.close()
  }

  async #ask<K extends Task['kind']>(task: TaskOf<K>, crashes: number): Promise<Results[K]> {
    try {
      return await this.#thread.ask(task)
    } catch (error) {
      if (!(error instanceof Crash) || this.#closing) throw error
      const blamed = error.oldest ? crashes + 1 : crashes
      if (blamed >= 2) throw error
      return this.#ask(task, blamed)
    }
  }
}
