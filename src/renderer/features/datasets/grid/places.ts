import { isAbort } from '../../../lib/engine/errors.ts'
import { PageStore } from './pageStore.ts'

interface PlaceOptions<T> {
  /** Returns rows from a position on; fewer than `limit` only at the end. */
  fetch: (from: number, limit: number, signal: AbortSignal) => Promise<T[]>
  pageSize?: number
  /** Number of pages kept in memory. The pages farthest from the wanted ones are dropped first. */
  keep?: number
  onChange?: () => void
  onError?: (error: unknown) => void
}

/**
 * A long list read by position. Only pages near the visible rows are in memory, so the middle of a million rows is one
 * request away. A request is aborted when its page is no longer wanted.
 */
export class PlacePages<T> {
  readonly #options: PlaceOptions<T>
  readonly #pages: PageStore<T>
  readonly #running = new Map<number, AbortController>()
  #wanted = { first: 0, last: 0 }

  constructor(options: PlaceOptions<T>) {
    this.#options = options
    this.#pages = new PageStore(options.pageSize ?? 200, options.keep ?? 40)
  }

  /** The row at a position; undefined while it is not loaded. */
  row(place: number): T | undefined {
    return this.#pages.row(place)
  }

  /** Sets the wanted positions: from (inclusive) and to (exclusive). Their pages are fetched. */
  want(from: number, to: number): void {
    this.#wanted = {
      first: this.#pages.pageOf(from),
      last: this.#pages.pageOf(Math.max(from, to - 1)),
    }
    for (const [page, controller] of this.#running) {
      if (page >= this.#wanted.first && page <= this.#wanted.last) continue
      controller.abort()
      this.#running.delete(page)
    }
    for (let page = this.#wanted.first; page <= this.#wanted.last; page++) {
      if (!this.#pages.has(page) && !this.#running.has(page)) void this.#load(page)
    }
  }

  /** Says that the list may have more rows at its end now. A page that was not full is fetched again. */
  grown(): void {
    this.#pages.deletePartial()
    const { first, last } = this.#wanted
    this.want(first * this.#pages.pageSize, (last + 1) * this.#pages.pageSize)
  }

  /** Position of the first loaded row that fits; null where there is none. */
  find(fits: (row: T) => boolean): number | null {
    return this.#pages.find(fits)
  }

  /** Aborts the running requests. Rows that are wanted later are requested again. */
  close(): void {
    for (const controller of this.#running.values()) controller.abort()
    this.#running.clear()
  }

  async #load(page: number): Promise<void> {
    const controller = new AbortController()
    this.#running.set(page, controller)
    try {
      const rows = await this.#options.fetch(
        page * this.#pages.pageSize,
        this.#pages.pageSize,
        controller.signal,
      )
      if (controller.signal.aborted) return
      this.#pages.put(page, rows, this.#wanted.first, this.#wanted.last)
      this.#options.onChange?.()
    } catch (error) {
      if (!controller.signal.aborted && !isAbort(error)) this.#options.onError?.(error)
    } finally {
      if (this.#running.get(page) === controller) this.#running.delete(page)
    }
  }
}
