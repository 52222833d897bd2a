/** When a thread gives a task up, and with which error. Its worker is replaced then. */
export interface Watch<Task> {
  /** Milliseconds without a turn of the thread's event loop: a task computes without end. */
  blockedMs: number
  blocked(task: Task): Error
  /** Milliseconds that a task may take to stop after its answer is no longer needed. */
  stoppedMs: number
  stopped(task: Task): Error
  /**
   * Only for a thread that runs its tasks together: which of them may block it, where others run in steps. Left out, the
   * thread answers in order, so that it is at work on the oldest.
   */
  blocks?(task: Task): boolean
}

/** Pings within the time after which a silent thread is given up. They are counted, so that a laptop may sleep. */
const pings = 4

/** Asks a thread for signs of life while it has work, and calls back where there are none. */
export class Watchdog {
  readonly #everyMs: number
  readonly #ping: () => void
  readonly #silent: () => void
  #timer: NodeJS.Timeout | undefined
  #missed = 0
  /** Whether the thread has ever been heard. Until then it is being started. */
  #began = false

  /** @param silentMs time without a sign of life after which `silent` is called */
  constructor(silentMs: number, ping: () => void, silent: () => void) {
    this.#everyMs = silentMs / pings
    this.#ping = ping
    this.#silent = silent
  }

  /** The thread has work. */
  start(): void {
    if (this.#timer !== undefined) return
    this.#missed = 0
    this.#timer = setInterval(() => this.#beat(), this.#everyMs).unref()
  }

  /** The thread has no more work. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** The thread gave a sign of life. */
  heard(): void {
    this.#began = true
    this.#missed = 0
  }

  #beat(): void {
    if (!this.#began) return
    if (this.#missed >= pings) {
      this.#silent()
      return
    }
    this.#missed += 1
    this.#ping()
  }
}
