import { LruMap } from '../base/lruMap.ts'
import {
  changesAfter,
  changesSeen,
  checkBlock,
  marks,
  selectBlocks,
  type Db,
  type FactBlock,
} from '../workspace/index.ts'
import type { FactsOf } from './join.ts'

/** The marks of the facts of one variant under one condition: that of example e is `bytes[e - first]`, if any. */
export interface CellMarks {
  first: number
  bytes: Uint8Array
}

interface KeptCell extends CellMarks {
  /** Id of the last row of changes that the marks have in them. */
  through: number
}

interface PendingChange {
  id: number
  exampleId: number
  mark: number
}

/** Bytes of marks that are kept for a database. */
const keptBytes = 96 * 2 ** 20
const none: CellMarks = { first: 0, bytes: new Uint8Array(0) }

/** Reads marks of facts: kept blocks with the changes since. What was read is kept and brought up to date when asked for again. */
export class MarksReader {
  readonly #db: Db
  readonly #kept = new LruMap<string, KeptCell>(keptBytes, ({ bytes }) => bytes.length)
  /** Changes that are not in blocks yet, by cell. */
  readonly #pending = new Map<string, PendingChange[]>()
  #from = 0
  #last = -1
  /** Cells that are up to date, and versions of cells and variants, as long as nothing is stored. */
  readonly #current = new Set<string>()
  readonly #versions = new Map<string, number>()
  #state = ''

  readonly #folded
  readonly #blocks
  readonly #ends

  constructor(db: Db) {
    this.#db = db
    const cell = 'WHERE variant_id = ? AND condition_id = ?'
    this.#folded = db
      .prepare<[number, number], number | null>(`SELECT max(version) FROM fact_block ${cell}`)
      .pluck()
    this.#blocks = db.prepare<[number, number], FactBlock>(`${selectBlocks} ${cell} ORDER BY block`)
    this.#ends = db.prepare<[], { first: number | null; last: number | null }>(
      'SELECT (SELECT min(id) FROM fact_change) AS first, (SELECT max(id) FROM fact_change) AS last',
    )
  }

  /** @throws WORKSPACE_CORRUPT where the kept marks are not as they were stored */
  of({ variantId, conditionId }: FactsOf): CellMarks {
    if (variantId === null || conditionId === null) return none
    const key = keyOf(variantId, conditionId)
    this.#look()
    const before = this.#kept.get(key)
    if (before && this.#current.has(key)) return before
    this.#readChanges()
    const folded = this.#foldedThrough(variantId, conditionId)
    const cell = before && before.through >= folded ? before : this.#readBlocks(variantId, conditionId)
    const changed = apply(cell, this.#pending.get(key) ?? [])
    if (changed !== before) this.#kept.set(key, changed)
    this.#current.add(key)
    return changed
  }

  /** A number that grows with every change of the facts of a cell; 0 where there were never any. */
  version({ variantId, conditionId }: FactsOf): number {
    if (variantId === null || conditionId === null) return 0
    const key = keyOf(variantId, conditionId)
    return this.#version(key, () => {
      const last = this.#pending.get(key)?.at(-1)?.id ?? 0
      return Math.max(last, this.#foldedThrough(variantId, conditionId))
    })
  }

  /** A number that grows with every change of the facts of a variant. */
  versionOfVariant(variantId: number): number {
    return this.#version(`${variantId}`, () => {
      let last = Number(
        this.#db
          .prepare<[number], number | null>('SELECT max(version) FROM fact_block WHERE variant_id = ?')
          .pluck()
          .get(variantId) ?? 0,
      )
      for (const [key, changes] of this.#pending)
        if (key.startsWith(`${variantId} `)) last = Math.max(last, changes.at(-1)?.id ?? 0)
      return last
    })
  }

  /** Reads a version where it is not known of the database as it is. */
  #version(key: string, read: () => number): number {
    this.#look()
    const known = this.#versions.get(key)
    if (known !== undefined) return known
    this.#readChanges()
    const version = read()
    this.#versions.set(key, version)
    return version
  }

  /** Conditions under which a variant has, or had, facts. */
  conditionsOf(variantId: number): number[] {
    this.#readChanges()
    const folded = this.#db
      .prepare<[number], number>('SELECT DISTINCT condition_id FROM fact_block WHERE variant_id = ?')
      .pluck()
      .all(variantId)
    const pending = [...this.#pending.keys()].filter((key) => key.startsWith(`${variantId} `))
    const found = new Set([...folded, ...pending.map((key) => Number(key.split(' ')[1]))])
    return [...found].sort((a, b) => a - b)
  }

  /** Forgets what was up to date, where anything was stored since. */
  #look(): void {
    const state = changesSeen(this.#db)
    if (state === this.#state) return
    this.#current.clear()
    this.#versions.clear()
    this.#state = state
  }

  #foldedThrough(variantId: number, conditionId: number): number {
    return this.#folded.get(variantId, conditionId) ?? 0
  }

  #readBlocks(variantId: number, conditionId: number): KeptCell {
    const blocks = this.#blocks.all(variantId, conditionId)
    const [first, last] = [blocks[0]?.block ?? 0, blocks.at(-1)?.block ?? -1]
    const bytes = new Uint8Array((last - first + 1) * marks.blockSize)
    let through = 0
    for (const block of blocks) {
      checkBlock(block)
      marks.unpackBlock(block.marks, bytes, (block.block - first) * marks.blockSize)
      through = Math.max(through, block.version)
    }
    return { first: first * marks.blockSize, bytes, through }
  }

  #readChanges(): void {
    const ends = this.#ends.get()
    const [first, last] = [ends?.first ?? 0, ends?.last ?? -1]
    if (last === this.#last && first === this.#from) return
    if (first !== this.#from)
      for (const [key, changes] of this.#pending) {
        const left = changes.filter(({ id }) => id >= first)
        if (left.length > 0) this.#pending.set(key, left)
        else this.#pending.delete(key)
      }
    for (const { id, variantId, conditionId, exampleId, mark } of changesAfter(this.#db, this.#last)) {
      const key = keyOf(variantId, conditionId)
      const own = this.#pending.get(key)
      if (own) own.push({ id, exampleId, mark })
      else this.#pending.set(key, [{ id, exampleId, mark }])
      this.#last = id
    }
    this.#from = first
    this.#last = Math.max(this.#last, last)
  }
}

const keyOf = (variantId: number, conditionId: number) => `${variantId} ${conditionId}`

/** Brings marks up to date, in place where they have room. */
function apply(cell: KeptCell, pending: readonly PendingChange[]): KeptCell {
  const changes = pending.filter(({ id }) => id > cell.through)
  if (changes.length === 0) return cell
  let [least, most] = [Infinity, 0]
  for (const { exampleId } of changes) {
    least = Math.min(least, exampleId)
    most = Math.max(most, exampleId)
  }
  const grown = withRoom(cell, least, most)
  for (const { exampleId, mark } of changes) grown.bytes[exampleId - grown.first] = mark
  grown.through = changes.at(-1)?.id ?? cell.through
  return grown
}

function withRoom(cell: KeptCell, least: number, most: number): KeptCell {
  const { first, bytes } = cell
  const end = first + bytes.length
  if (bytes.length > 0 && least >= first && most < end) return cell
  const from = Math.min(bytes.length > 0 ? first : Infinity, least - (least % marks.blockSize))
  const to = Math.max(end, most + marks.blockSize - (most % marks.blockSize))
  const room = new Uint8Array(to - from)
  if (bytes.length > 0) room.set(bytes, first - from)
  return { ...cell, first: from, bytes: room }
}

const readers = new WeakMap<Db, MarksReader>()

/** The reader of marks of a database, one for each connection. */
export function marksOf(db: Db): MarksReader {
  const known = readers.get(db) ?? new MarksReader(db)
  readers.set(db, known)
  return known
}
