import { isAbort } from '../engine/errors.ts'

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
  readonly pageSize: number
  readonly #options: KeysetOptions<T>
  readonly #keep: number
  readonly #pages = new Map<number, T[]>()
  /** Cursor of each page that can be asked for; the first needs none. */
  readonly #cursors: (number | null)[] = [null]
  #ended = false
  #closed = false
  #wanted = { first: 0, last: 0 }
  #running: { page: number; controller: AbortController } | null = null

  constructor(options: KeysetOptions<T>) {
    this.#options = options
    this.pageSize = options.pageSize ?? 200
    this.#keep = options.keep ?? 60
  }

  /** The row at a place, or undefined while it is not here. */
  row(place: number): T | undefined {
    return this.#pages.get(Math.floor(place / this.pageSize))?.[place % this.pageSize]
  }

  /** Says which places are looked at: from inclusive, to exclusive. Their pages are fetched, the next one ahead. */
  want(from: number, to: number): void {
    this.#wanted = {
      first: Math.max(0, Math.floor(from / this.pageSize)),
      last: Math.max(0, Math.floor(Math.max(from, to - 1) / this.pageSize)) + 1,
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
    for (const [page, rows] of this.#pages) {
      const index = rows.findIndex(fits)
      if (index >= 0) return page * this.pageSize + index
    }
    return null
  }

  close(): void {
    this.#closed = true
    this.#running?.controller.abort()
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
    if (this.#closed) return
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
        this.pageSize,
        own.controller.signal,
      )
      if (own.controller.signal.aborted) return
      this.#pages.set(page, rows)
      if (next === null) this.#ended = true
      else if (page === this.#cursors.length - 1) this.#cursors.push(next)
      this.#evict()
      this.#options.onChange?.()
    } catch (error) {
      if (this.#running === own) this.#running = null
      if (!isAbort(error)) this.#options.onError?.(error)
      return
    }
    if (this.#running === own) this.#running = null
    this.#pump()
  }

  #evict(): void {
    const { first, last } = this.#wanted
    const distance = (page: number) => (page < first ? first - page : page > last ? page - last : 0)
    const far = [...this.#pages.keys()]
      .filter((page) => distance(page) > 0)
      .sort((a, b) => distance(b) - distance(a))
    for (const page of far) {
      if (this.#pages.size <= this.#keep) return
      this.#pages.delete(page)
    }
  }
}
