/** Milliseconds without a step that nobody is told of, whatever steps took before. */
const leastMs = 180_000
/** The same before the first step: a model of gigabytes is opened meanwhile. */
const beforeFirstMs = 600_000
/** How many times as long as the slowest step before. */
const times = 100

/**
 * Tells when a job that is in native code, which nothing can interrupt, takes far longer for a step than for any before.
 *
 * @param now time in milliseconds that does not run while the machine sleeps
 */
export class Silence {
  readonly #now: () => number
  #since: number | null = null
  #slowest: number | null = null

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Native code begins; again while it is at work. */
  begin(): void {
    this.#since ??= this.#now()
  }

  /** The job made progress. */
  step(): void {
    if (this.#since === null) return
    this.#slowest = Math.max(this.#slowest ?? 0, this.#now() - this.#since)
    this.#since = this.#now()
  }

  /** Whole seconds since the last step where that is far too long; null otherwise. */
  seconds(): number | null {
    if (this.#since === null) return null
    const silent = this.#now() - this.#since
    const most = this.#slowest === null ? beforeFirstMs : Math.max(leastMs, times * this.#slowest)
    return silent < most ? null : Math.floor(silent / 1000)
  }
}
