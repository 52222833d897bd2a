import type { Db } from '../db.ts'
import { rowDigest } from '../rowDigest.ts'
import { damagedFacts } from './damaged.ts'
import { packBits, packSize } from './pack.ts'

/**
 * The slots of examples. An example gets the next slot when its first prediction is stored, so slots are in the order in which
 * a study measures, and what is stored of a variant under a condition grows at its end. `fact_slot` holds the ids of 256
 * examples in a row (uint32, little-endian; 0 where an example is lost; one that is not there counts as lost).
 */
export class Slots {
  readonly #read
  readonly #end
  readonly #last
  readonly #put
  /** Slot of each example plus 1; 0 without one. */
  #slots = new Uint32Array(0)
  /** Example of each slot. */
  #examples = new Uint32Array(packSize)
  #count = 0

  /** @param schema that of the database, or of the one that is attached as `other` */
  constructor(db: Db, schema: 'main' | 'other' = 'main') {
    this.#read = db.prepare<[number], SlotRow>(
      `SELECT block, examples, digest_of_row AS digest FROM ${schema}.fact_slot WHERE block >= ? ORDER BY block`,
    )
    this.#end = db.prepare<[], { block: number; bytes: number }>(
      `SELECT block, length(examples) AS bytes FROM ${schema}.fact_slot ORDER BY block DESC LIMIT 1`,
    )
    this.#last = db.prepare<[], number | null>(`SELECT max(id) FROM ${schema}.example`).pluck()
    this.#put = db.prepare(
      `INSERT OR REPLACE INTO ${schema}.fact_slot (block, examples, digest_of_row) VALUES (?, ?, ?)`,
    )
  }

  /**
   * Reads what was added since.
   *
   * @throws WORKSPACE_CORRUPT where slots are not as they were stored
   */
  refresh(): void {
    const end = this.#end.get()
    const count = end ? end.block * packSize + end.bytes / 4 : 0
    if (count === this.#count) return
    // Fewer: what was added has been taken back.
    if (count < this.#count) {
      this.#slots = new Uint32Array(0)
      this.#examples = new Uint32Array(packSize)
      this.#count = 0
    }
    const last = this.#last.get() ?? 0
    for (const { block, examples, digest } of this.#read.all(this.#count >> packBits)) {
      if (
        rowDigest([block, examples]) !== digest ||
        examples.length % 4 > 0 ||
        examples.length > 4 * packSize
      )
        throw damagedFacts('the slots of predictions are')
      for (let at = 0; at < examples.length; at += 4) {
        const example = examples.readUInt32LE(at)
        this.#set(block * packSize + at / 4, example > last ? 0 : example)
      }
    }
    this.#count = count
  }

  /** The slot of an example; -1 without one. */
  of(example: number): number {
    return (this.#slots[example] ?? 0) - 1
  }

  /** The example of a slot; 0 without one. */
  exampleOf(slot: number): number {
    return this.#examples[slot] ?? 0
  }

  /** All examples with a slot. */
  examples(): Uint32Array {
    return this.#examples.subarray(0, this.#count).filter((id) => id > 0)
  }

  /** Gives slots to those examples that have none, in order. Call it in a transaction, after `refresh`. */
  assign(examples: readonly number[]): void {
    const before = this.#count
    for (const example of examples) if (this.of(example) < 0) this.#set(this.#count++, example)
    for (let block = before >> packBits; block * packSize < this.#count && this.#count > before; block++) {
      const ids = this.#examples.subarray(block * packSize, Math.min(this.#count, (block + 1) * packSize))
      const bytes = Buffer.alloc(4 * ids.length)
      for (const [at, id] of ids.entries()) bytes.writeUInt32LE(id, 4 * at)
      this.#put.run(block, bytes, rowDigest([block, bytes]))
    }
  }

  #set(slot: number, example: number): void {
    this.#examples = withRoom(this.#examples, slot)
    this.#examples[slot] = example
    if (example === 0) return
    this.#slots = withRoom(this.#slots, example)
    this.#slots[example] = slot + 1
  }
}

interface SlotRow {
  block: number
  examples: Buffer
  digest: number
}

/** The array, or a longer copy of it, that has a place. */
function withRoom(array: Uint32Array<ArrayBuffer>, place: number): Uint32Array<ArrayBuffer> {
  if (place < array.length) return array
  const grown = new Uint32Array(Math.max(place + 1, 2 * array.length))
  grown.set(array)
  return grown
}

const kept = new WeakMap<Db, Slots>()

/** The slots of a database, one for each connection, with all that is stored now. */
export function slotsOf(db: Db): Slots {
  const slots = kept.get(db) ?? new Slots(db)
  kept.set(db, slots)
  slots.refresh()
  return slots
}

/**
 * Forgets the examples of slots that are not as they were stored. The slots are not given again, so that no connection takes a
 * new example for an old one. Returns how many rows there were. Call it in a transaction.
 */
export function forgetDamagedSlots(db: Db): number {
  const [none, blocks] = [
    Buffer.alloc(4 * packSize),
    db
      .prepare<[], number>('SELECT block FROM fact_slot WHERE digest_of_row <> row_digest(block, examples)')
      .pluck()
      .all(),
  ]
  const put = db.prepare('UPDATE fact_slot SET examples = ?, digest_of_row = ? WHERE block = ?')
  for (const block of blocks) put.run(none, rowDigest([block, none]), block)
  kept.delete(db)
  return blocks.length
}
