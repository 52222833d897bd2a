/**
 * Entries by key, of which the least recently used are dropped when all together exceed a limit. The entry that was set
 * last stays, whatever its size.
 */
export class LruMap<K, V> {
  readonly #limit: number
  readonly #sizeOf: (value: V) => number
  readonly #entries = new Map<K, V>()
  #size = 0

  /**
   * @param limit of the sum of sizes
   * @param sizeOf 1 when left out, so that the limit is one of entries
   */
  constructor(limit: number, sizeOf: (value: V) => number = () => 1) {
    this.#limit = limit
    this.#sizeOf = sizeOf
  }

  /** The value, which counts as used by this. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, value)
    return value
  }

  set(key: K, value: V): void {
    this.delete(key)
    this.#entries.set(key, value)
    this.#size += this.#sizeOf(value)
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#limit || oldest === key) break
      this.delete(oldest)
    }
  }

  /** @param only where it is given, another value of the key stays */
  delete(key: K, only?: V): void {
    const value = this.#entries.get(key)
    if (value === undefined || (only !== undefined && only !== value)) return
    this.#entries.delete(key)
    this.#size -= this.#sizeOf(value)
  }

  clear(): void {
    this.#entries.clear()
    this.#size = 0
  }
}

/** What is kept under a key, or is made now and kept; a failure is not kept. */
export function remembered<K, T>(map: LruMap<K, Promise<T>>, key: K, make: () => Promise<T>): Promise<T> {
  const known = map.get(key)
  if (known) return known
  const made = make()
  map.set(key, made)
  made.catch(() => map.delete(key, made))
  return made
}
