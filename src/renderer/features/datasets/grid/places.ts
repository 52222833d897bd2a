import { isAbort } from '../../../lib/engine/errors.ts'
import { PageStore } from './pageStore.ts'

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
  readonly #options: PlaceOptions<T>
  readonly #pages: PageStore<T>
  readonly #running = new Map<number, AbortController>()
  #wanted = { first: 0, last: 0 }

  constructor(options: PlaceOptions<T>) {
    this.#options = options
    this.#pages = new PageStore(options.pageSize ?? 200, options.keep ?? 40)
  }

  /** The row at a place, or undefined while it is not here. */
  row(place: number): T | undefined {
    return this.#pages.row(place)
  }

  /** Says which places are looked at: from inclusive, to exclusive. Their pages are fetched. */
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

  /** The list has more rows at its end: a page that was not full is read again. */
  grown(): void {
    this.#pages.deletePartial()
    const { first, last } = this.#wanted
    this.want(first * this.#pages.pageSize, (last + 1) * this.#pages.pageSize)
  }

  /** Place of the first loaded row that fits, or null. */
  find(fits: (row: T) => boolean): number | null {
    return this.#pages.find(fits)
  }

  /** Gives up what is being read. What is wanted after that is read again. */
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
