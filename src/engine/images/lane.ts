import { Worker } from 'node:worker_threads'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { showPath } from './file.ts'
import type { FromWorker, Results, Task, ToWorker } from './protocol.ts'

interface Pending {
  task: Task
  crashes: number
  resolve: (value: Results[Task['kind']]) => void
  reject: (error: KernelscopeError) => void
}

/** Tasks sent ahead, so that the worker never waits for the next one. */
const depth = 2

const rebuilt = ({ code, message, hint, details }: ErrorShape) =>
  new KernelscopeError(code, message, { hint, ...(details === undefined ? {} : { details }) })

/**
 * One worker thread with its queue. The worker answers in order, so when it dies the oldest unanswered task is to blame:
 * that one is tried once more in a new worker, then given up; the others are simply sent again.
 */
export class Lane {
  private readonly entry: URL
  private readonly cacheBytes: number
  private worker: Worker | null = null
  private readonly queue: Pending[] = []
  private readonly sent = new Map<number, Pending>()
  private nextId = 0
  private closing = false
  private lastError: unknown = null

  constructor(entry: URL, cacheBytes: number) {
    this.entry = entry
    this.cacheBytes = cacheBytes
  }

  /** Tasks that wait or run. */
  get load(): number {
    return this.queue.length + this.sent.size
  }

  /** `urgent` goes before everything that was not sent yet. A task whose signal aborts before it was sent is dropped. */
  run(task: Task, urgent: boolean, signal?: AbortSignal): Promise<Results[Task['kind']]> {
    return new Promise((resolve, reject) => {
      if (this.closing) return reject(new KernelscopeError('CANCELLED', 'the image workers are closed'))
      if (signal?.aborted) return reject(new KernelscopeError('CANCELLED', 'nobody waits for the image'))
      const pending = { task, crashes: 0, resolve, reject }
      signal?.addEventListener('abort', () => this.drop(pending), { once: true })
      if (urgent) this.queue.unshift(pending)
      else this.queue.push(pending)
      this.pump()
    })
  }

  private drop(pending: Pending): void {
    const place = this.queue.indexOf(pending)
    if (place < 0) return
    this.queue.splice(place, 1)
    pending.reject(new KernelscopeError('CANCELLED', 'nobody waits for the image'))
  }

  /** Lets the worker finish what was sent; the rest is rejected with CANCELLED. */
  async close(): Promise<void> {
    this.closing = true
    for (const { reject } of this.queue.splice(0)) {
      reject(new KernelscopeError('CANCELLED', 'the image workers are closed'))
    }
    const { worker } = this
    if (worker === null) return
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    this.post(worker, null)
    await ended
  }

  private post(worker: Worker, message: ToWorker): void {
    worker.postMessage(message)
  }

  private pump(): void {
    while (this.sent.size < depth) {
      const pending = this.queue.shift()
      if (pending === undefined) return
      this.worker ??= this.start()
      const id = this.nextId++
      this.sent.set(id, pending)
      this.post(this.worker, { id, task: pending.task })
    }
  }

  private start(): Worker {
    this.lastError = null
    const worker = new Worker(this.entry, { workerData: { cacheBytes: this.cacheBytes }, name: 'images' })
    worker.on('message', (reply: FromWorker) => this.settle(reply))
    worker.on('error', (error) => (this.lastError = error))
    worker.on('exit', (code) => this.recover(code))
    return worker
  }

  private settle(reply: FromWorker): void {
    const pending = this.sent.get(reply.id)
    if (pending === undefined) return
    this.sent.delete(reply.id)
    if (reply.ok) pending.resolve(reply.value)
    else pending.reject(rebuilt(reply.problem))
    this.pump()
  }

  private recover(exitCode: number): void {
    this.worker = null
    const lost = [...this.sent.values()]
    this.sent.clear()
    const blamed = lost[0]
    if (blamed !== undefined) blamed.crashes++
    const again = this.closing ? [] : lost.filter(({ crashes }) => crashes < 2)
    for (const pending of lost) {
      if (again.includes(pending)) continue
      const details = this.lastError instanceof Error ? String(this.lastError.stack) : `exit code ${exitCode}`
      const message = `${showPath(pending.task.path)} ended the image worker`
      pending.reject(new KernelscopeError('IMAGE_UNREADABLE', message, { details }))
    }
    this.queue.unshift(...again)
    this.pump()
  }
}
