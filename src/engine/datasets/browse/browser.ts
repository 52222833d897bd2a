import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { workerUrl } from '#engine/threads/url.ts'
import { fromErrorShape, KernelscopeError } from '#shared/errors.ts'
import type { BrowseResults, BrowseTask, FromBrowse, ToBrowse } from './protocol.ts'

interface Waiting {
  id: number
  task: BrowseTask
  resolve(value: BrowseResults[BrowseTask['kind']]): void
  reject(error: Error): void
}

/** Requests of one kind of patience. One is answered at a time, so that what is aborted while it waits costs nothing. */
interface Lane {
  queue: Waiting[]
  running: Waiting | null
}

/** What takes long, in steps, so that the rest need not wait for it. */
const isSlow = ({ kind }: BrowseTask) => kind === 'facets'

/** The browse thread of a workspace: starts with the first request. */
export class Browser {
  readonly #folder: string
  readonly #quick: Lane = { queue: [], running: null }
  readonly #slow: Lane = { queue: [], running: null }
  #nextId = 0
  #worker: Worker | null = null
  #closing = false

  constructor(folder: string) {
    this.#folder = folder
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
      if (this.#closing || signal?.aborted) return reject(cancelled())
      // The thread answers every kind of task with its own kind of result.
      const answered = (value: unknown) => resolve(value as BrowseResults[K])
      const waiting: Waiting = { id: this.#nextId++, task, resolve: answered, reject }
      const lane = isSlow(task) ? this.#slow : this.#quick
      lane.queue.push(waiting)
      signal?.addEventListener('abort', () => {
        const place = lane.queue.indexOf(waiting)
        if (place >= 0) lane.queue.splice(place, 1)
        if (lane.running === waiting) this.#post({ stop: waiting.id })
        reject(cancelled())
      })
      this.#next(lane)
    })
  }

  async close(): Promise<void> {
    this.#closing = true
    for (const { queue } of this.#lanes) for (const { reject } of queue.splice(0)) reject(cancelled())
    const worker = this.#worker
    if (!worker) return
    worker.ref()
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    worker.postMessage(null)
    await ended
  }

  get #lanes(): Lane[] {
    return [this.#quick, this.#slow]
  }

  #next(lane: Lane): void {
    if (lane.running) return
    const next = lane.queue.shift()
    if (!next) {
      if (this.#lanes.every(({ running }) => !running)) this.#worker?.unref()
      return
    }
    lane.running = next
    this.#worker ??= this.#start()
    this.#worker.ref()
    this.#post({ id: next.id, task: next.task })
  }

  #post(message: ToBrowse): void {
    this.#worker?.postMessage(message)
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
      const lane = this.#lanes.find(({ running }) => running?.id === reply.id)
      if (!lane) return
      const { running } = lane
      lane.running = null
      if (reply.ok) running?.resolve(reply.value)
      else running?.reject(fromErrorShape(reply.problem))
      this.#next(lane)
    })
    worker.on('error', (error) => (cause = error))
    worker.on('exit', () => {
      this.#worker = null
      const died = new KernelscopeError('INTERNAL', `the browse thread ended: ${String(cause)}`, { cause })
      for (const lane of this.#lanes) {
        lane.running?.reject(died)
        lane.running = null
      }
      if (!this.#closing) for (const lane of this.#lanes) this.#next(lane)
    })
    return worker
  }
}

const cancelled = () => new KernelscopeError('CANCELLED', 'the request was cancelled')
