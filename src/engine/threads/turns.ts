import { KernelscopeError } from '#shared/errors.ts'

/** Options of `Turns`. */
export interface TurnsOptions {
  /** Largest number of works that run at once. */
  depth: number
  /**
   * Messages of CANCELLED: for work that waits at `close` or comes later, and for work that was aborted while it
   * waited.
   */
  closed: string
  aborted: string
}

/** Runs asynchronous works in turn, a few at once. Work that is aborted while it waits is never started. */
export class Turns {
  readonly #options: TurnsOptions
  readonly #waiting: { start(): Promise<void>; cancel(message: string): void }[] = []
  #running = 0
  #closed = false

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** Number of works that wait or run. */
  get load(): number {
    return this.#waiting.length + this.#running
  }

  /**
   * Runs `work` when its turn comes. `urgent` work goes before all waiting work.
   *
   * @throws CANCELLED after `close`, or where the signal is aborted before the turn of `work`
   * @throws any error of `work`
   */
  run<T>(
    work: () => Promise<T>,
    { urgent = false, signal }: { urgent?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { closed, aborted } = this.#options
      const start = () => {
        signal?.removeEventListener('abort', drop)
        return work().then(resolve, reject)
      }
      const cancel = (message: string) => reject(new KernelscopeError('CANCELLED', message))
      if (this.#closed) return cancel(closed)
      if (signal?.aborted) return cancel(aborted)
      const drop = () => {
        const place = this.#waiting.indexOf(waiting)
        if (place < 0) return
        this.#waiting.splice(place, 1)
        cancel(aborted)
      }
      const waiting = { start, cancel }
      signal?.addEventListener('abort', drop, { once: true })
      if (urgent) this.#waiting.unshift(waiting)
      else this.#waiting.push(waiting)
      this.#next()
    })
  }

  /** Cancels waiting and later work. Running work goes on. */
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
