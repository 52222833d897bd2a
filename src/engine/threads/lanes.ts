import { KernelscopeError } from '#shared/errors.ts'
import { deathText, isOutOfMemory, Thread, type Death } from './thread.ts'
import { Turns } from './turns.ts'
import type { WorkerName } from './url.ts'

const cancelled = 'the request was cancelled'
/** Longest computation without a pause, in milliseconds. The longest steps on millions of facts take seconds. */
const blockedMs = 300_000
/** Milliseconds after which a cancelled task that does not stop is ended. */
const stoppedMs = 30_000

/** One request of a lane is answered at a time, so that a request that is aborted while it waits costs nothing. */
const turns = () => new Turns({ depth: 1, closed: cancelled, aborted: cancelled })

/** Options of `Lanes`. */
export interface LanesOptions<Task extends { kind: string }> {
  name: WorkerName
  workerData: Record<string, unknown>
  /** Kinds of tasks that the others need not wait for. */
  slow: readonly Task['kind'][]
  /**
   * Slow tasks have a thread of their own, whose data says `background: true`. Otherwise they run in steps, in the same
   * thread as the others.
   */
  apart?: boolean
  /** Other limits and another script, for tests. */
  test?: { entry: URL; blockedMs: number; stoppedMs: number }
}

/**
 * Threads that answer questions about the workspace: a lane for quick ones and a lane for slow ones. A thread starts with
 * its first question. Its script runs the tasks together (`answerTasks`) and stops those that are aborted.
 */
export class Lanes<Task extends { kind: string }, Results extends Record<Task['kind'], unknown>> {
  readonly #quick = turns()
  readonly #slow = turns()
  readonly #isSlow: (kind: Task['kind']) => boolean
  readonly #thread: Thread<Task, Results>
  /** The thread of slow tasks. */
  readonly #background: Thread<Task, Results>

  constructor({ name, workerData, slow, apart = false, test }: LanesOptions<Task>) {
    const isSlow = (kind: Task['kind']) => slow.includes(kind)
    this.#isSlow = isSlow
    const limits = test ?? { blockedMs, stoppedMs }
    const start = (data: unknown) =>
      new Thread<Task, Results>({
        name,
        entry: test?.entry,
        workerData: data,
        lost: (task, death) => lost(name, task.kind, death),
        watch: {
          ...limits,
          blocked: ({ kind }) => tooLong(kind, limits.blockedMs),
          stopped: () => new KernelscopeError('CANCELLED', cancelled),
          blocks: ({ kind }) => apart || !isSlow(kind),
        },
      })
    this.#thread = start(workerData)
    this.#background = apart ? start({ ...workerData, background: true }) : this.#thread
  }

  /**
   * Runs a task in the thread.
   *
   * @throws CANCELLED where the signal is aborted or the lanes are closed
   * @throws UNSUPPORTED where the thread computes for five minutes without a pause; another one answers what waits
   * @throws OUT_OF_MEMORY where it needs more memory than a thread has
   * @throws INTERNAL where the thread died
   * @throws any error of the task
   */
  ask<K extends Task['kind']>(task: Extract<Task, { kind: K }>, signal?: AbortSignal): Promise<Results[K]> {
    return new Promise<Results[K]>((resolve, reject) => {
      // An aborted request is rejected at once; the next request waits until the thread has stopped it.
      const abort = () => reject(new KernelscopeError('CANCELLED', cancelled))
      signal?.addEventListener('abort', abort, { once: true })
      const [lane, thread] = this.#isSlow(task.kind)
        ? [this.#slow, this.#background]
        : [this.#quick, this.#thread]
      lane
        .run(() => thread.ask(task, signal), { signal })
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', abort))
    })
  }

  async close(): Promise<void> {
    this.#quick.close()
    this.#slow.close()
    await Promise.all([this.#thread.close(), this.#background.close()])
  }
}

const tooLong = (kind: string, ms: number): KernelscopeError =>
  new KernelscopeError('UNSUPPORTED', `the answer (${kind}) takes more than ${ms / 1000} s`, {
    hint: 'Ask for less: fewer models, conditions or images. If it should be quick, report it with the details of `doctor`.',
  })

function lost(name: string, kind: string, death: Death): KernelscopeError {
  const cause = death.error
  return isOutOfMemory(death)
    ? new KernelscopeError('OUT_OF_MEMORY', `the answer (${kind}) needs more memory than a thread has`, {
        hint: 'Ask for less: fewer models, conditions or images.',
        cause,
      })
    : new KernelscopeError('INTERNAL', deathText(`the ${name} thread`, death), { cause })
}
