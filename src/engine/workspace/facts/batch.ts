import { longestRecord, markOfRecord, writeRecord, type StoredFact } from './record.ts'

/** Key of a fact: a variant, a condition and an example. */
export interface FactKey {
  variantId: number
  conditionId: number
  exampleId: number
}

/** Predictions that are to be stored together, as records one behind the other. */
export class FactBatch {
  readonly keys: FactKey[] = []
  readonly starts: number[] = []
  readonly ends: number[] = []
  bytes: Buffer = Buffer.allocUnsafe(2 ** 16)

  get length(): number {
    return this.keys.length
  }

  /** Adds a prediction. One whose confidence is no number cannot be stored, and is left out. */
  add(key: FactKey, fact: StoredFact): void {
    if (Number.isNaN(fact.confidence)) return
    const start = this.#room(longestRecord)
    this.#added(key, start, writeRecord(fact, this.bytes, start))
  }

  /** Adds a prediction whose record lies in other bytes. */
  copy(key: FactKey, from: Buffer, start: number, end: number): void {
    const at = this.#room(end - start)
    this.#added(key, at, at + from.copy(this.bytes, at, start, end))
  }

  markOf(place: number): number {
    return markOfRecord(this.bytes, this.starts[place] ?? 0)
  }

  clear(): void {
    for (const list of [this.keys, this.starts, this.ends]) list.length = 0
  }

  #added(key: FactKey, start: number, end: number): void {
    this.keys.push(key)
    this.starts.push(start)
    this.ends.push(end)
  }

  /** Returns where the next record begins, with room for so many bytes. */
  #room(bytes: number): number {
    const at = this.ends.at(-1) ?? 0
    if (at + bytes > this.bytes.length) {
      const grown = Buffer.allocUnsafe(2 * (at + bytes))
      this.bytes.copy(grown, 0, 0, at)
      this.bytes = grown
    }
    return at
  }
}
