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
 * request away. The page that comes next in the direction of the scrolling is fetched with the visible ones. A request is
 * aborted when its page is no longer wanted.
 */
export class PlacePages<T> {
  readonly #options: PlaceOptions<T>
  readonly #pages: PageStore<T>
  readonly #running = new Map<number, AbortController>()
  #wanted = { first: 0, last: 0 }
  #from: number | null = null
  /** Where the list is being scrolled to: 1 down, -1 up, 0 before it was scrolled. */
  #direction: 1 | 0 | -1 = 0
  /** The page that ends the list, once it is known. */
  #end = Infinity

  constructor(options: PlaceOptions<T>) {
    this.#options = options
    this.#pages = new PageStore(options.pageSize ?? 200, options.keep ?? 40)
  }

  /** The row at a position; undefined while it is not loaded. */
  row(place: number): T | undefined {
    return this.#pages.row(place)
  }

  /** Sets the wanted positions: from (inclusive) and to (exclusive). Their pages are fetched, then the next one. */
  want(from: number, to: number): void {
    if (this.#from !== null && from !== this.#from) this.#direction = from > this.#from ? 1 : -1
    this.#from = from
    this.#wanted = { first: this.#pages.pageOf(from), last: this.#pages.pageOf(Math.max(from, to - 1)) }
    this.#fetch()
  }

  #fetch(): void {
    const { first, last } = this.#wanted
    const pages = Array.from({ length: last - first + 1 }, (_, i) => first + i)
    const next = this.#direction === 1 ? last + 1 : first - 1
    if (this.#direction !== 0 && next >= 0 && next <= this.#end) pages.push(next)
    for (const [page, controller] of this.#running) {
      if (pages.includes(page)) continue
      controller.abort()
      this.#running.delete(page)
    }
    for (const page of pages) if (!this.#pages.has(page) && !this.#running.has(page)) void this.#load(page)
  }

  /** Says that the list may have more rows at its end now. A page that was not full is fetched again. */
  grown(): void {
    this.#pages.deletePartial()
    this.#end = Infinity
    this.#fetch()
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
      if (rows.length < this.#pages.pageSize) this.#end = Math.min(this.#end, page)
      this.#pages.put(page, rows, this.#wanted.first, this.#wanted.last)
      this.#options.onChange?.()
    } catch (error) {
      if (!controller.signal.aborted && !isAbort(error)) this.#options.onError?.(error)
    } finally {
      if (this.#running.get(page) === controller) this.#running.delete(page)
    }
  }
}
