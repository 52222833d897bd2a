import { KernelscopeError } from '#shared/errors.ts'
import { deathDetails, isOutOfMemory, Thread, type Death } from '../threads/thread.ts'
import { Turns } from '../threads/turns.ts'
import { showPath } from './file.ts'
import type { Results, Task } from './protocol.ts'

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>

/** The worker of a task died. */
class WorkerCrash extends KernelscopeError {
  readonly oldest: boolean

  constructor({ path }: Task, death: Death, mebibytes: number) {
    const details = deathDetails(death)
    if (isOutOfMemory(death))
      super('IMAGE_UNREADABLE', `${showPath(path)} needs more than ${mebibytes} MiB of a worker's memory`, {
        hint: 'Scale it down, or leave it out of the dataset.',
        details,
      })
    else super('IMAGE_UNREADABLE', `${showPath(path)} ended the image worker`, { details })
    this.oldest = death.oldest
  }
}

/** Most memory of what a worker makes of images beside their pixels, which lie outside the limit, in MiB. */
const mostMebibytes = 1024

/** Longest computation on one image, in milliseconds. The slowest transform of the largest input takes seconds. */
const blockedMs = 120_000

const tooLong = ({ path }: Task): KernelscopeError =>
  new KernelscopeError('IMAGE_UNREADABLE', `${showPath(path)} takes more than ${blockedMs / 1000} s`)

/**
 * One worker thread with its queue. The worker answers in order, so its death is blamed on the oldest unanswered task.
 * That task is tried once more in a new worker and then given up. The other tasks are sent again.
 */
export class ImageWorker {
  readonly #thread: Thread<Task, Results>
  /** Two tasks are sent ahead, so that the worker never waits for the next one. */
  readonly #turns = new Turns({
    depth: 2,
    closed: 'the image workers are closed',
    aborted: 'the image is no longer wanted',
  })
  #closing = false

  /** @param mebibytes limit of memory, for tests */
  constructor(entry: URL | undefined, cacheBytes: number, mebibytes = mostMebibytes) {
    this.#thread = new Thread({
      name: 'images',
      entry,
      workerData: { cacheBytes },
      lost: (task, death) => new WorkerCrash(task, death, mebibytes),
      limits: { maxOldGenerationSizeMb: mebibytes },
      watch: { blockedMs, blocked: tooLong, stoppedMs: blockedMs, stopped: tooLong },
    })
  }

  /** Number of tasks that wait or run. */
  get load(): number {
    return this.#turns.load
  }

  /**
   * Runs a task. An urgent task goes before all tasks that were not sent yet.
   *
   * @throws CANCELLED where the signal is aborted, or the worker closed, before the task was sent
   * @throws IMAGE_UNREADABLE where the image ended a worker twice, or is computed for two minutes without a pause
   */
  run<K extends Task['kind']>(task: TaskOf<K>, urgent: boolean, signal?: AbortSignal): Promise<Results[K]> {
    return this.#turns.run(() => this.#ask(task, 0), { urgent, signal })
  }

  /** Waits for the tasks that were sent, and rejects the others with CANCELLED. */
  async close(): Promise<void> {
    this.#closing = true
    this.#turns.close()
    await this.#thread.close()
  }

  async #ask<K extends Task['kind']>(task: TaskOf<K>, crashes: number): Promise<Results[K]> {
    try {
      return await this.#thread.ask(task)
    } catch (error) {
      if (!(error instanceof WorkerCrash) || this.#closing) throw error
      const blamed = error.oldest ? crashes + 1 : crashes
      if (blamed >= 2) throw error
      return this.#ask(task, blamed)
    }
  }
}
