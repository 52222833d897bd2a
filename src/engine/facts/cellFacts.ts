import { LruMap } from '../base/lruMap.ts'
import {
  changesSeen,
  checkedPack,
  confidenceIn,
  packColumns,
  packSize,
  readRecord,
  slotsOf,
  type Db,
  type Pack,
  type PackRow,
  type Slots,
  type StoredFact,
} from '../workspace/index.ts'
import { marksOf } from './cellMarks.ts'
import type { FactsOf } from './join.ts'

/** The predictions of one variant under one condition, as they are when this is made. */
export interface CellFacts {
  /**
   * Reads the prediction of an example; null without one.
   *
   * @throws WORKSPACE_CORRUPT where it is not as it was stored
   */
  of(exampleId: number): StoredFact | null
  /**
   * Reads the confidence of the prediction of an example, in [0, 1]; null without one.
   *
   * @throws WORKSPACE_CORRUPT where it is not as it was stored
   */
  confidenceOf(exampleId: number): number | null
}

/** Bytes of packs that are kept for a database. */
const keptBytes = 64 * 2 ** 20
const noFacts: CellFacts = { of: () => null, confidenceOf: () => null }
/** A pack that is not there, so that it is not looked for again. */
const noPack: Pack = {
  bytes: Buffer.alloc(0),
  starts: new Uint16Array(packSize),
  lengths: new Uint8Array(packSize),
  facts: 0,
}

class CellReader {
  readonly #db: Db
  readonly #kept = new LruMap<string, Pack>(keptBytes, ({ bytes }) => bytes.length + 1000)
  readonly #find
  /** The cells that were asked for since anything was stored. */
  readonly #cells = new Map<string, CellFacts>()
  #state = ''

  constructor(db: Db) {
    this.#db = db
    this.#find = db.prepare<[number, number, number], PackRow>(
      `SELECT ${packColumns} FROM prediction WHERE variant_id = ? AND condition_id = ? AND block = ?`,
    )
  }

  cell({ variantId, conditionId }: FactsOf): CellFacts {
    if (variantId === null || conditionId === null) return noFacts
    const state = changesSeen(this.#db)
    if (state !== this.#state) this.#cells.clear()
    this.#state = state
    const key = `${variantId} ${conditionId}`
    const known = this.#cells.get(key) ?? this.#open(variantId, conditionId)
    this.#cells.set(key, known)
    return known
  }

  #open(variantId: number, conditionId: number): CellFacts {
    // Read before the packs: what is kept under a version is at least as new.
    const version = marksOf(this.#db).version({ variantId, conditionId })
    const slots = slotsOf(this.#db)
    let [last, pack] = [-1, noPack]
    const packOf = (block: number): Pack => {
      if (block === last) return pack
      const key = `${variantId} ${conditionId} ${version} ${block}`
      pack = this.#kept.get(key) ?? this.#read(variantId, conditionId, block)
      last = block
      this.#kept.set(key, pack)
      return pack
    }
    return {
      of: (example) => at(slots, example, packOf, readRecord),
      confidenceOf: (example) => at(slots, example, packOf, confidenceIn),
    }
  }

  #read(variantId: number, conditionId: number, block: number): Pack {
    const row = this.#find.get(variantId, conditionId, block)
    return row ? checkedPack(row) : noPack
  }
}

function at<T>(
  slots: Slots,
  example: number,
  packOf: (block: number) => Pack,
  read: (bytes: Buffer, start: number) => T,
): T | null {
  const slot = slots.of(example)
  if (slot < 0) return null
  const place = slot % packSize
  const { bytes, starts, lengths } = packOf((slot - place) / packSize)
  return (lengths[place] ?? 0) === 0 ? null : read(bytes, starts[place] ?? 0)
}

const readers = new WeakMap<Db, CellReader>()

/** The predictions of a cell as they are now. Packs that were read are kept, for each connection. */
export function cellFacts(db: Db, of: FactsOf): CellFacts {
  const reader = readers.get(db) ?? new CellReader(db)
  readers.set(db, reader)
  return reader.cell(of)
}
