/**
 * Requests for bytes that have no answer yet, by address. Electron does not tell who answers a scheme that a request was given
 * up, as a picture is that was scrolled past; its session tells the address.
 */
export class WaitingBytes {
  readonly #waiting = new Map<string, { requests: number; givenUp: number; stop: AbortController }>()

  /** Answers a request, with a signal that is aborted where all requests of the address were given up before. */
  async during<T>(address: string, answer: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const known = this.#waiting.get(address)
    const group = known ?? { requests: 0, givenUp: 0, stop: new AbortController() }
    group.requests++
    this.#waiting.set(address, group)
    try {
      return await answer(group.stop.signal)
    } finally {
      group.requests--
      if (group.requests === 0 && this.#waiting.get(address) === group) this.#waiting.delete(address)
    }
  }

  /** A request of the address was given up. */
  givenUp(address: string): void {
    const group = this.#waiting.get(address)
    if (!group || ++group.givenUp < group.requests) return
    this.#waiting.delete(address)
    group.stop.abort()
  }
}
