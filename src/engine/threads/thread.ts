import { Worker } from 'node:worker_threads'
import { fromErrorShape } from '#shared/errors.ts'
import type { FromThread, ToThread } from './protocol.ts'
import { workerUrl, type WorkerName } from './url.ts'

/** How a thread ended that had a task to answer. */
export interface Death {
  /** What it threw; null where it ended without a word, as in a native crash. */
  error: unknown
  exitCode: number
  /** No other unanswered task was asked before: a thread that answers in order was at work on it. */
  oldest: boolean
}

export interface ThreadOptions<Task> {
  name: WorkerName
  /** Another worker entry, for tests. */
  entry?: URL | undefined
  workerData?: unknown
  /** The error of a task whose thread ended before it answered, or had ended before for good. */
  lost(task: Task, death: Death): Error
  /** A thread that died stays dead; otherwise the next task starts another. */
  once?: boolean
  /** Milliseconds without work after which the thread is ended, until the next task starts another. */
  idleMs?: number
}

interface Running<Task> {
  readonly worker: Worker
  readonly waiting: Map<number, { task: Task; resolve(value: unknown): void; reject(error: Error): void }>
  readonly ended: Promise<void>
  idle?: NodeJS.Timeout
}

/**
 * A worker thread that runs `answerTasks`; it starts with the first task and holds the process back only while it has
 * work. `Results` has what each kind of task gives.
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

  /** It was closed, or has died and stays dead. */
  get ended(): boolean {
    return this.#closed && this.#running === null
  }

  /**
   * Asks for one task; several may wait. An aborted signal is passed on to the thread, whose answer is awaited all the
   * same.
   *
   * @throws what the task threw there; what `lost` says where the thread ended first
   */
  ask<K extends Task['kind']>(task: Extract<Task, { kind: K }>, signal?: AbortSignal): Promise<Results[K]> {
    return new Promise<Results[K]>((resolve, reject) => {
      if (this.#closed) return reject(this.#options.lost(task, { ...this.#last, oldest: false }))
      const { worker, waiting, idle } = (this.#running ??= this.#start())
      clearTimeout(idle)
      worker.ref()
      const id = this.#nextId++
      post(worker, { id, task })
      // The thread answers every kind of task with its own kind of result.
      waiting.set(id, { task, resolve: (value) => resolve(value as Results[K]), reject })
      const stop = () => waiting.has(id) && post(worker, { stop: id })
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /** Lets the thread answer what it was asked, and ends it. */
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
    const { name, entry = workerUrl(name), workerData } = this.#options
    const worker = new Worker(entry, { name, workerData })
    const ended = Promise.withResolvers<void>()
    const running: Running<Task> = { worker, waiting: new Map(), ended: ended.promise }
    const { waiting } = running
    let error: unknown = null
    worker.on('message', (answer: FromThread<unknown>) => {
      const asked = waiting.get(answer.id)
      waiting.delete(answer.id)
      if (answer.ok) asked?.resolve(answer.value)
      else asked?.reject(fromErrorShape(answer.problem))
      if (waiting.size === 0 && !this.#closed) this.#rest(running)
    })
    worker.on('error', (thrown) => (error = thrown))
    worker.on('exit', (exitCode) => {
      if (this.#running === running) this.#running = null
      this.#last = { error, exitCode }
      this.#closed ||= this.#options.once === true
      const lost = [...waiting.values()]
      waiting.clear()
      for (const [place, { task, reject }] of lost.entries())
        reject(this.#options.lost(task, { error, exitCode, oldest: place === 0 }))
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

/** How `who` ended, as a message. */
export const deathText = (who: string, { error }: Death): string =>
  error === null ? `${who} ended` : `${who} died: ${String(error)}`

/** Stack or exit code, for the details of an error. */
export const deathDetails = ({ error, exitCode }: Death): string =>
  error instanceof Error ? String(error.stack) : `exit code ${exitCode}`

function post<Task>(worker: Worker, message: ToThread<Task>): void {
  worker.postMessage(message)
}
