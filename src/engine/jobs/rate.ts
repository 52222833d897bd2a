/** Measures items per second over the last seconds: ten, unless told otherwise. */
export class Rate {
  readonly #window: number
  #marks: { time: number; done: number }[] = []

  /** @param window milliseconds */
  constructor(window = 10_000) {
    this.#window = window
  }

  /**
   * Records progress.
   *
   * @param done number of computed items; stored ones do not count, since they cost no time
   * @param time milliseconds
   */
  mark(done: number, time = performance.now()): void {
    this.#marks.push({ time, done })
    const from = time - this.#window
    while (this.#marks.length > 2 && (this.#marks[1]?.time ?? time) < from) this.#marks.shift()
  }

  /** Items per second; null before the first quarter of a second. */
  perSecond(): number | null {
    const first = this.#marks[0]
    const last = this.#marks.at(-1)
    if (!first || !last || last.time - first.time < 250) return null
    return ((last.done - first.done) * 1000) / (last.time - first.time)
  }

  /** Seconds that `items` take at this rate; null where it is not known. */
  secondsLeft(items: number): number | null {
    const rate = this.perSecond()
    return rate === null || rate <= 0 ? null : items / rate
  }
}
