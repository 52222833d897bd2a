import { isAbort } from '../../../lib/engine/errors.ts'
import { PageStore } from './pageStore.ts'

export interface KeysetPage<T> {
  rows: T[]
  next: number | null
}

interface KeysetOptions<T> {
  fetch: (after: number | null, limit: number, signal: AbortSignal) => Promise<KeysetPage<T>>
  pageSize?: number
  /** Number of pages kept in memory. The pages farthest from the wanted ones are dropped first. */
  keep?: number
  onChange?: () => void
  onError?: (error: unknown) => void
}

/**
 * A long list behind keyset pages, read by position. The engine knows no offsets, so a distant position is reached by
 * reading all pages before it once; their cursors are kept when their rows are dropped. A request is aborted when its
 * page is no longer wanted.
 */
export class KeysetPages<T> {
  readonly #options: KeysetOptions<T>
  readonly #pages: PageStore<T>
  /** Cursor of each page that can be requested; the first page needs none. */
  readonly #cursors: (number | null)[] = [null]
  #ended = false
  #wanted = { first: 0, last: 0 }
  #running: { page: number; controller: AbortController } | null = null

  constructor(options: KeysetOptions<T>) {
    this.#options = options
    this.#pages = new PageStore(options.pageSize ?? 200, options.keep ?? 60)
  }

  /** The row at a position; undefined while it is not loaded. */
  row(place: number): T | undefined {
    return this.#pages.row(place)
  }

  /**
   * Sets the wanted positions: from (inclusive) and to (exclusive). Their pages and the page after them are fetched.
   */
  want(from: number, to: number): void {
    this.#wanted = {
      first: this.#pages.pageOf(from),
      last: this.#pages.pageOf(Math.max(from, to - 1)) + 1,
    }
    this.#pump()
  }

  /** Says that the list may have more rows at its end now. */
  grown(): void {
    if (!this.#ended) return
    this.#ended = false
    this.#pages.delete(this.#cursors.length - 1)
    this.#pump()
  }

  /** Position of the first loaded row that fits; null where there is none. */
  find(fits: (row: T) => boolean): number | null {
    return this.#pages.find(fits)
  }

  /** Aborts the running request. Rows that are wanted later are requested again. */
  close(): void {
    this.#running?.controller.abort()
    this.#running = null
  }

  /** The page to fetch next: the first wanted page that is missing, or the last page whose cursor is known. */
  #next(): number | null {
    const reach = this.#cursors.length - 1
    for (let page = this.#wanted.first; page <= this.#wanted.last; page++) {
      if (page > reach) return this.#ended ? null : reach
      if (!this.#pages.has(page)) return page
    }
    return null
  }

  #pump(): void {
    const page = this.#next()
    if (this.#running?.page === page) return
    this.#running?.controller.abort()
    this.#running = null
    if (page !== null) void this.#load(page)
  }

  async #load(page: number): Promise<void> {
    const own = { page, controller: new AbortController() }
    this.#running = own
    try {
      const { rows, next } = await this.#options.fetch(
        this.#cursors[page] ?? null,
        this.#pages.pageSize,
        own.controller.signal,
      )
      if (own.controller.signal.aborted) return
      this.#pages.put(page, rows, this.#wanted.first, this.#wanted.last)
      if (next === null) this.#ended = true
      else if (page === this.#cursors.length - 1) this.#cursors.push(next)
      this.#options.onChange?.()
    } catch (error) {
      if (this.#running === own) this.#running = null
      if (!own.controller.signal.aborted && !isAbort(error)) this.#options.onError?.(error)
      return
    }
    if (this.#running === own) this.#running = null
    this.#pump()
  }
}
