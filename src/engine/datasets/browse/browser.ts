import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { workerUrl } from '#engine/entry.ts'
import { fromErrorShape, KernelscopeError } from '#shared/errors.ts'
import type { BrowseResults, BrowseTask, FromBrowse, ToBrowse } from './protocol.ts'

interface Waiting {
  task: BrowseTask
  resolve(value: BrowseResults[BrowseTask['kind']]): void
  reject(error: Error): void
}

/** The browse thread of a workspace: starts with the first request. */
export class Browser {
  readonly #folder: string
  readonly #queue: Waiting[] = []
  #running: Waiting | null = null
  #worker: Worker | null = null
  #closing = false

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Asks one thing. One is answered at a time, so that what is aborted while it waits costs nothing.
   * Errors: CANCELLED when aborted or closed; INTERNAL when the thread died.
   */
  ask<K extends BrowseTask['kind']>(
    task: Extract<BrowseTask, { kind: K }>,
    signal?: AbortSignal,
  ): Promise<BrowseResults[K]> {
    return new Promise<BrowseResults[K]>((resolve, reject) => {
      if (this.#closing || signal?.aborted) return reject(cancelled())
      // The thread answers every kind of task with its own kind of result.
      const waiting: Waiting = { task, resolve: (value) => resolve(value as BrowseResults[K]), reject }
      this.#queue.push(waiting)
      signal?.addEventListener('abort', () => {
        const place = this.#queue.indexOf(waiting)
        if (place >= 0) this.#queue.splice(place, 1)
        reject(cancelled())
      })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closing = true
    for (const { reject } of this.#queue.splice(0)) reject(cancelled())
    const worker = this.#worker
    if (!worker) return
    worker.ref()
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    worker.postMessage(null)
    await ended
  }

  #next(): void {
    if (this.#running) return
    const next = this.#queue.shift()
    if (!next) return void this.#worker?.unref()
    this.#running = next
    const worker = (this.#worker ??= this.#start())
    worker.ref()
    const message: ToBrowse = { id: 0, task: next.task }
    worker.postMessage(message)
  }

  #start(): Worker {
    const worker = new Worker(workerUrl('browse'), {
      name: 'browse',
      workerData: {
        database: join(this.#folder, 'workspace.sqlite'),
        keep: join(this.#folder, 'browse.sqlite'),
      },
    })
    let cause: unknown = null
    worker.on('message', (reply: FromBrowse) => {
      const running = this.#running
      this.#running = null
      if (reply.ok) running?.resolve(reply.value)
      else running?.reject(fromErrorShape(reply.problem))
      this.#next()
    })
    worker.on('error', (error) => (cause = error))
    worker.on('exit', () => {
      const running = this.#running
      this.#worker = this.#running = null
      running?.reject(
        new KernelscopeError('INTERNAL', `the browse thread ended: ${String(cause)}`, { cause }),
      )
      if (!this.#closing) this.#next()
    })
    return worker
  }
}

const cancelled = () => new KernelscopeError('CANCELLED', 'the request was cancelled')
