import { Worker, type ResourceLimits } from 'node:worker_threads'
import { fromErrorShape } from '#shared/errors.ts'
import type { FromThread, TaskStep, ToThread } from './protocol.ts'
import { workerUrl, type WorkerName } from './url.ts'
import { Watchdog, type Watch } from './watchdog.ts'

/** How a thread ended before it answered a task. */
export interface Death {
  /** The error that it threw; null where it threw none, as in a native crash. */
  error: unknown
  exitCode: number
  /** Whether the task was the oldest unanswered one. A thread that answers in order was working on it. */
  oldest: boolean
}

/** Options of a thread. */
export interface ThreadOptions<Task> {
  name: WorkerName
  /** URL of another worker script, for tests. */
  entry?: URL | undefined
  workerData?: unknown
  /** Makes the error of a task whose thread ended before the answer, or is closed. */
  lost(task: Task, death: Death): Error
  /** Does not start another worker after one has ended. Otherwise the next task starts one. */
  once?: boolean
  /** Milliseconds without work after which the worker is ended. The next task starts another. */
  idleMs?: number
  /** Limits of the worker's memory. A worker that exceeds them dies with ERR_WORKER_OUT_OF_MEMORY. */
  limits?: ResourceLimits
  /** When a task is given up. */
  watch?: Watch<Task>
}

interface Waiting<Task> {
  readonly task: Task
  resolve(value: unknown): void
  reject(error: Error): void
  step: ((step: TaskStep) => void) | undefined
  /** Stops listening to the signal of the task. */
  settled(): void
}

interface Running<Task> {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting<Task>>
  readonly ended: Promise<void>
  readonly watchdog: Watchdog | null
  idle?: NodeJS.Timeout
}

/**
 * A worker thread that runs `answerTasks`. It starts with the first task, and keeps the process alive only while it has
 * tasks. `Results` has the result type of each kind of task.
 */
export class Thread<Task extends { kind: string }, Results extends Record<Task['kind'], unknown>> {
  readonly #options: ThreadOptions<Task>
  #running: Running<Task> | null = null
  #closed = false
  #last: Omit<Death, 'oldest'> = { error: null, exitCode: 0 }
  #nextId = 1

  constructor(options: ThreadOptions<Task>) {
    this.#options = options
  }

  /** Whether it takes no more tasks: it was closed, or has ended and starts no other worker. */
  get ended(): boolean {
    return this.#closed
  }

  /**
   * Sends a task and waits for its answer; several tasks may wait. An abort of the signal is passed on to the thread,
   * whose answer is awaited all the same; where the thread is watched, it is no answer any more.
   *
   * @param step is told how far the task has come, where it tells it
   * @throws the error of the task; the error that `lost` makes where the thread ended first
   */
  ask<K extends Task['kind']>(
    task: Extract<Task, { kind: K }>,
    signal?: AbortSignal,
    step?: (step: TaskStep) => void,
  ): Promise<Results[K]> {
    return new Promise<Results[K]>((resolve, reject) => {
      if (this.#closed) return reject(this.#options.lost(task, { ...this.#last, oldest: false }))
      const id = this.#nextId++
      const stop = () => this.#stop(id)
      const settled = () => signal?.removeEventListener('abort', stop)
      // The thread answers every kind of task with its own kind of result.
      const answered = (value: unknown) => resolve(value as Results[K])
      const late = this.#options.watch
      this.#send(id, {
        task,
        resolve: (value) => (late && signal?.aborted ? reject(late.stopped(task)) : answered(value)),
        reject,
        step,
        settled,
      })
      if (signal?.aborted) stop()
      else signal?.addEventListener('abort', stop, { once: true })
    })
  }

  #send(id: number, asked: Waiting<Task>): void {
    const { worker, waiting, watchdog, idle } = (this.#running ??= this.#start())
    clearTimeout(idle)
    worker.ref()
    post(worker, { id, task: asked.task })
    waiting.set(id, asked)
    watchdog?.start()
  }

  /** The answer to a task is no longer needed. */
  #stop(id: number): void {
    const running = this.#running
    if (!running?.waiting.has(id)) return
    post<Task>(running.worker, { stop: id })
    const { watch } = this.#options
    if (!watch) return
    const atWork = watch.blocks !== undefined || running.waiting.keys().next().value === id
    if (!atWork) return this.#forget(running, id, watch.stopped)
    setTimeout(() => this.#giveUp(running, id, watch.stopped), watch.stoppedMs).unref()
  }

  /** Rejects a task that waits behind another one. */
  #forget({ waiting }: Running<Task>, id: number, why: (task: Task) => Error): void {
    const asked = waiting.get(id)
    waiting.delete(id)
    asked?.settled()
    asked?.reject(why(asked.task))
  }

  /** Ends the worker of a task, and sends the tasks that wait with it to another one. */
  #giveUp(running: Running<Task>, id: number | undefined, why: (task: Task) => Error): void {
    if (id === undefined || !running.waiting.has(id)) return
    this.#forget(running, id, why)
    running.watchdog?.stop()
    if (!this.#closed) {
      this.#running = null
      for (const [other, waiting] of running.waiting) this.#send(other, waiting)
      running.waiting.clear()
    }
    void running.worker.terminate()
  }

  /** Waits until the thread has answered its tasks, and ends it. */
  async close(): Promise<void> {
    const closed = this.#closed
    this.#closed = true
    if (this.#running === null) return
    const { worker, idle, ended } = this.#running
    clearTimeout(idle)
    worker.ref()
    if (!closed) post<Task>(worker, null)
    await ended
  }

  #start(): Running<Task> {
    const { name, entry = workerUrl(name), workerData, limits, watch } = this.#options
    const worker = new Worker(entry, { name, workerData, ...(limits ? { resourceLimits: limits } : {}) })
    const ended = Promise.withResolvers<void>()
    const waiting = new Map<number, Waiting<Task>>()
    const watchdog =
      watch === undefined
        ? null
        : new Watchdog(
            watch.blockedMs,
            () => post<Task>(worker, { ping: true }),
            () => this.#giveUp(running, blocking(waiting, watch), watch.blocked),
          )
    const running: Running<Task> = { worker, waiting, watchdog, ended: ended.promise }
    let error: unknown = null
    worker.on('message', (answer: FromThread<unknown>) => {
      watchdog?.heard()
      if ('pong' in answer) return
      const asked = waiting.get(answer.id)
      if ('step' in answer) return asked?.step?.(answer.step)
      waiting.delete(answer.id)
      asked?.settled()
      if (answer.ok) asked?.resolve(answer.value)
      else asked?.reject(fromErrorShape(answer.problem))
      if (waiting.size > 0) return
      watchdog?.stop()
      if (!this.#closed) this.#rest(running)
    })
    worker.on('error', (thrown) => (error = thrown))
    worker.on('exit', (exitCode) => {
      watchdog?.stop()
      if (this.#running === running) this.#running = null
      this.#last = { error, exitCode }
      this.#closed ||= this.#options.once === true
      const lost = [...waiting.values()]
      waiting.clear()
      for (const [place, { task, reject, settled }] of lost.entries()) {
        settled()
        reject(this.#options.lost(task, { error, exitCode, oldest: place === 0 }))
      }
      ended.resolve()
    })
    return running
  }

  #rest(running: Running<Task>): void {
    const { idleMs } = this.#options
    running.worker.unref()
    if (idleMs === undefined) return
    running.idle = setTimeout(() => {
      if (this.#running === running) this.#running = null
      void running.worker.terminate()
    }, idleMs).unref()
  }
}

/** The id of the task that blocks a thread. */
function blocking<Task>(
  waiting: ReadonlyMap<number, Waiting<Task>>,
  { blocks }: Watch<Task>,
): number | undefined {
  for (const [id, { task }] of waiting) if (blocks?.(task) ?? true) return id
  return waiting.keys().next().value
}

/** Whether a thread died since it exceeded its limits of memory. */
export const isOutOfMemory = ({ error }: Death): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'

/** Writes the message of a death, beginning with `who`. */
export const deathText = (who: string, { error }: Pick<Death, 'error'>): string =>
  error === null ? `${who} ended` : `${who} died: ${String(error)}`

/** Returns the stack or the exit code of a death, for the details of an error. */
export const deathDetails = ({ error, exitCode }: Death): string =>
  error instanceof Error ? String(error.stack) : `exit code ${exitCode}`

function post<Task>(worker: Worker, message: ToThread<Task>): void {
  worker.postMessage(message)
}
