import { KernelscopeError } from '#shared/errors.ts'

export interface TurnsOptions {
  /** Works that may go on at once. */
  depth: number
  /** Messages of CANCELLED: what comes or waits after `close`, and what was aborted while it waited. */
  closed: string
  aborted: string
}

/** Works that wait for their turn. What is aborted while it waits is dropped, and costs nothing. */
export class Turns {
  readonly #options: TurnsOptions
  readonly #waiting: { start(): Promise<void>; cancel(message: string): void }[] = []
  #running = 0
  #closed = false

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** Works that wait or go on. */
  get load(): number {
    return this.#waiting.length + this.#running
  }

  /**
   * Does `work` when its turn comes; `urgent` goes before all that waits.
   *
   * @throws what `work` throws; CANCELLED after `close`, and where the signal aborts before its turn
   */
  run<T>(
    work: () => Promise<T>,
    { urgent = false, signal }: { urgent?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { closed, aborted } = this.#options
      const start = () => work().then(resolve, reject)
      const cancel = (message: string) => reject(new KernelscopeError('CANCELLED', message))
      if (this.#closed) return cancel(closed)
      if (signal?.aborted) return cancel(aborted)
      const waiting = { start, cancel }
      const drop = () => {
        const place = this.#waiting.indexOf(waiting)
        if (place < 0) return
        this.#waiting.splice(place, 1)
        cancel(aborted)
      }
      signal?.addEventListener('abort', drop, { once: true })
      if (urgent) this.#waiting.unshift(waiting)
      else this.#waiting.push(waiting)
      this.#next()
    })
  }

  /** Cancels what waits and what is yet to come; what goes on is not touched. */
  close(): void {
    this.#closed = true
    for (const { cancel } of this.#waiting.splice(0)) cancel(this.#options.closed)
  }

  #next(): void {
    while (this.#running < this.#options.depth) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#running++
      void next.start().finally(() => {
        this.#running--
        this.#next()
      })
    }
  }
}
