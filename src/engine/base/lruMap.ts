/**
 * A map that drops its least recently used entries when the sum of all sizes exceeds a limit. The entry that was set
 * last stays, whatever its size.
 */
export class LruMap<K, V> {
  readonly #limit: number
  readonly #sizeOf: (value: V) => number
  readonly #entries = new Map<K, V>()
  #size = 0

  /**
   * @param limit largest sum of sizes
   * @param sizeOf size of a value; 1 when left out, so that `limit` is a number of entries
   */
  constructor(limit: number, sizeOf: (value: V) => number = () => 1) {
    this.#limit = limit
    this.#sizeOf = sizeOf
  }

  /** Returns the value of a key and marks it as the most recently used. */
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

  /**
   * Removes a key.
   *
   * @param only removes the key only where this is its value
   */
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

/** Returns the value of a key, or makes it and keeps it. A value that could not be made is not kept. */
export function remembered<K, T>(map: LruMap<K, Promise<T>>, key: K, make: () => Promise<T>): Promise<T> {
  const known = map.get(key)
  if (known) return known
  const made = make()
  map.set(key, made)
  made.catch(() => map.delete(key, made))
  return made
}
