import { ref } from 'vue'

/**
 * Pages of a long list by number. The pages farthest from the visible ones are dropped first. Callers must be told when
 * pages arrive or go, because the rows are not reactive.
 */
export class PageStore<T> {
  readonly pageSize: number
  readonly #keep: number
  readonly #pages = new Map<number, T[]>()
  readonly #version = ref(0)

  /** `keep` is the number of pages kept in memory. */
  constructor(pageSize: number, keep: number) {
    this.pageSize = pageSize
    this.#keep = keep
  }

  pageOf(place: number): number {
    return Math.max(0, Math.floor(place / this.pageSize))
  }

  has(page: number): boolean {
    return this.#pages.has(page)
  }

  /** Stores the rows of a page, and drops pages far from the pages `first` to `last`. */
  put(page: number, rows: T[], first: number, last: number): void {
    this.#pages.set(page, rows)
    this.#version.value++
    const distance = (other: number) => (other < first ? first - other : other > last ? other - last : 0)
    const far = [...this.#pages.keys()]
      .filter((other) => distance(other) > 0)
      .sort((a, b) => distance(b) - distance(a))
    for (const other of far) {
      if (this.#pages.size <= this.#keep) return
      this.#pages.delete(other)
    }
  }

  delete(page: number): void {
    this.#pages.delete(page)
    this.#version.value++
  }

  /** Drops pages that were not full. */
  deletePartial(): void {
    for (const [page, rows] of this.#pages) if (rows.length < this.pageSize) this.#pages.delete(page)
    this.#version.value++
  }

  /** The row at a position; undefined while it is not loaded. */
  row(place: number): T | undefined {
    void this.#version.value
    return this.#pages.get(Math.floor(place / this.pageSize))?.[place % this.pageSize]
  }

  /** Position of the first loaded row that fits; null where there is none. */
  find(fits: (row: T) => boolean): number | null {
    void this.#version.value
    for (const [page, rows] of this.#pages) {
      const index = rows.findIndex(fits)
      if (index >= 0) return page * this.pageSize + index
    }
    return null
  }
}
