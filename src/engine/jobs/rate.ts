/** Items per second over the last ten seconds, and what is left at that rate. */
export class Rate {
  readonly #window = 10_000
  #marks: { time: number; done: number }[] = []

  /** `done` counts computed items only, so that stored ones do not make the rate look better than it is. */
  mark(done: number, time = performance.now()): void {
    this.#marks.push({ time, done })
    const from = time - this.#window
    while (this.#marks.length > 2 && (this.#marks[1]?.time ?? time) < from) this.#marks.shift()
  }

  perSecond(): number | null {
    const first = this.#marks[0]
    const last = this.#marks.at(-1)
    if (!first || !last || last.time - first.time < 250) return null
    return ((last.done - first.done) * 1000) / (last.time - first.time)
  }

  secondsLeft(items: number): number | null {
    const rate = this.perSecond()
    return rate === null || rate <= 0 ? null : items / rate
  }
}
