import { isAbort } from '../engine/errors.ts'

interface PlaceOptions<T> {
  /** Rows from a place on; fewer than `limit` only at the end. */
  fetch: (from: number, limit: number, signal: AbortSignal) => Promise<T[]>
  pageSize?: number
  /** Pages kept in memory; those farthest from what is wanted go first. */
  keep?: number
  onChange?: () => void
  onError?: (error: unknown) => void
}

/**
 * A long list read by place, of which only pages near what is looked at are in memory: the middle of a million rows is
 * one request away. What is scrolled past before it came is aborted.
 */
export class PlacePages<T> {
  readonly pageSize: number
  readonly #options: PlaceOptions<T>
  readonly #keep: number
  readonly #pages = new Map<number, T[]>()
  readonly #running = new Map<number, AbortController>()
  #wanted = { first: 0, last: 0 }
  #closed = false

  constructor(options: PlaceOptions<T>) {
    this.#options = options
    this.pageSize = options.pageSize ?? 200
    this.#keep = options.keep ?? 40
  }

  /** The row at a place, or undefined while it is not here. */
  row(place: number): T | undefined {
    return this.#pages.get(Math.floor(place / this.pageSize))?.[place % this.pageSize]
  }

  /** Says which places are looked at: from inclusive, to exclusive. Their pages are fetched. */
  want(from: number, to: number): void {
    this.#wanted = {
      first: Math.max(0, Math.floor(from / this.pageSize)),
      last: Math.max(0, Math.floor(Math.max(from, to - 1) / this.pageSize)),
    }
    for (const [page, controller] of this.#running) {
      if (page >= this.#wanted.first && page <= this.#wanted.last) continue
      controller.abort()
      this.#running.delete(page)
    }
    for (let page = this.#wanted.first; page <= this.#wanted.last; page++) {
      if (!this.#pages.has(page) && !this.#running.has(page) && !this.#closed) void this.#load(page)
    }
  }

  /** The list has more rows at its end: a page that was not full is read again. */
  grown(): void {
    for (const [page, rows] of this.#pages) if (rows.length < this.pageSize) this.#pages.delete(page)
    const { first, last } = this.#wanted
    this.want(first * this.pageSize, (last + 1) * this.pageSize)
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
    for (const controller of this.#running.values()) controller.abort()
    this.#running.clear()
  }

  async #load(page: number): Promise<void> {
    const controller = new AbortController()
    this.#running.set(page, controller)
    try {
      const rows = await this.#options.fetch(page * this.pageSize, this.pageSize, controller.signal)
      if (controller.signal.aborted) return
      this.#pages.set(page, rows)
      this.#evict()
      this.#options.onChange?.()
    } catch (error) {
      if (!controller.signal.aborted && !isAbort(error)) this.#options.onError?.(error)
    } finally {
      if (this.#running.get(page) === controller) this.#running.delete(page)
    }
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
