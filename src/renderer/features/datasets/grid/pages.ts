import { isAbort } from '../../../lib/engine/errors.ts'
import { PageStore } from './pageStore.ts'

export interface KeysetPage<T> {
  rows: T[]
  next: number | null
}

interface KeysetOptions<T> {
  fetch: (after: number | null, limit: number, signal: AbortSignal) => Promise<KeysetPage<T>>
  pageSize?: number
  /** Pages kept in memory; those farthest from what is wanted go first. */
  keep?: number
  onChange?: () => void
  onError?: (error: unknown) => void
}

/**
 * A long list behind keyset pages, read by place. The engine knows no offsets, so a place far down is reached by walking
 * through the pages before it, once: their cursors are kept when their rows are let go. What is scrolled past before it
 * came is aborted.
 */
export class KeysetPages<T> {
  readonly #options: KeysetOptions<T>
  readonly #pages: PageStore<T>
  /** Cursor of each page that can be asked for; the first needs none. */
  readonly #cursors: (number | null)[] = [null]
  #ended = false
  #wanted = { first: 0, last: 0 }
  #running: { page: number; controller: AbortController } | null = null

  constructor(options: KeysetOptions<T>) {
    this.#options = options
    this.#pages = new PageStore(options.pageSize ?? 200, options.keep ?? 60)
  }

  /** The row at a place, or undefined while it is not here. */
  row(place: number): T | undefined {
    return this.#pages.row(place)
  }

  /** Says which places are looked at: from inclusive, to exclusive. Their pages are fetched, the next one ahead. */
  want(from: number, to: number): void {
    this.#wanted = {
      first: this.#pages.pageOf(from),
      last: this.#pages.pageOf(Math.max(from, to - 1)) + 1,
    }
    this.#pump()
  }

  /** The list has more rows at its end than when that was read. */
  grown(): void {
    if (!this.#ended) return
    this.#ended = false
    this.#pages.delete(this.#cursors.length - 1)
    this.#pump()
  }

  /** Place of the first loaded row that fits, or null. */
  find(fits: (row: T) => boolean): number | null {
    return this.#pages.find(fits)
  }

  /** Gives up what is being read. What is wanted after that is read again. */
  close(): void {
    this.#running?.controller.abort()
    this.#running = null
  }

  /** Page to fetch next: the first wanted one that is missing, or the one that leads there. */
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
