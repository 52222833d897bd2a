import type { Db } from '../db.ts'
import { rowDigest } from '../rowDigest.ts'
import { eachChange, type FactChange } from './changes.ts'
import { damagedFacts } from './damaged.ts'
import { blockBits, blockSize, factsIn, packBlock, unpackBlock } from './marks.ts'

/**
 * The marks of facts are kept in blocks of 4096 examples of one variant and condition (`fact_block`). What is stored is
 * first appended to `fact_change`, a row for each batch, and folded into the blocks when many have come. The last row of
 * changes always stays, so that ids only grow. A block holds all changes up to its version.
 */
export interface FactBlock {
  variantId: number
  conditionId: number
  block: number
  version: number
  facts: number
  marks: Buffer
  digest: number
}

/** Rows of changes, and bytes in them, above which they are folded into the blocks. */
const mostChanges = 4096
const mostBytes = 4 * 2 ** 20

const columns =
  'variant_id AS variantId, condition_id AS conditionId, block, version, facts, marks, digest_of_row AS digest'

/** SQL that reads blocks. */
export const selectBlocks = `SELECT ${columns} FROM fact_block`

const damaged = () => damagedFacts('the kept marks of predictions are')

export const isBlockKept = (block: FactBlock): boolean =>
  rowDigest([block.variantId, block.conditionId, block.block, block.version, block.facts, block.marks]) ===
  block.digest

/** @throws WORKSPACE_CORRUPT where a block is not as it was stored */
export function checkBlock(block: FactBlock): void {
  if (!isBlockKept(block)) throw damaged()
}

export interface ChangeRow {
  id: number
  facts: number
  changes: Buffer
  digest: number
}

export const isChangeKept = ({ id, facts, changes, digest }: ChangeRow): boolean =>
  rowDigest([id, facts, changes]) === digest

/** SQL that reads rows of changes after an id, in order. */
export const selectChanges =
  'SELECT id, facts, changes, digest_of_row AS digest FROM fact_change WHERE id > ? ORDER BY id'

/**
 * Yields the changes after a row with the ids of their rows, in order.
 *
 * @throws WORKSPACE_CORRUPT where a row of changes is not as it was stored
 */
export function* changesAfter(db: Db, after: number): Generator<FactChange & { id: number }> {
  for (const row of db.prepare<[number], ChangeRow>(selectChanges).all(after)) {
    if (!isChangeKept(row)) throw damaged()
    const changes: FactChange[] = []
    eachChange(row.changes, (change) => changes.push(change))
    for (const change of changes) yield { id: row.id, ...change }
  }
}

/** Number of stored predictions, of this workspace or of the one that is attached as `other`. */
export const countPredictions = (db: Db, schema: 'main' | 'other' = 'main'): number =>
  Number(
    db
      .prepare(
        `SELECT (SELECT coalesce(sum(facts), 0) FROM ${schema}.fact_block)
           + (SELECT coalesce(sum(facts), 0) FROM ${schema}.fact_change
              WHERE id > (SELECT coalesce(max(version), 0) FROM ${schema}.fact_block))`,
      )
      .pluck()
      .get(),
  )

/** Bytes of the changes of a database, at least. */
const pending = new WeakMap<Db, number>()

/** Returns a function that appends changes; `facts` is how many facts more there are. Call it in a transaction. */
export function changeWriter(db: Db): (facts: number, changes: Buffer) => void {
  const last = db.prepare<[], number>('SELECT max(id) FROM fact_change').pluck()
  const first = db.prepare<[], number>('SELECT min(id) FROM fact_change').pluck()
  const size = db.prepare<[], number>('SELECT coalesce(sum(length(changes)), 0) FROM fact_change').pluck()
  const insert = db.prepare('INSERT INTO fact_change (id, facts, changes, digest_of_row) VALUES (?, ?, ?, ?)')
  return (facts, changes) => {
    const id = (last.get() ?? 0) + 1
    const bytes = (pending.get(db) ?? size.get() ?? 0) + changes.length
    pending.set(db, bytes)
    insert.run(id, facts, changes, rowDigest([id, facts, changes]))
    if (id - (first.get() ?? id) < mostChanges && bytes < mostBytes) return
    foldChanges(db)
    pending.delete(db)
  }
}

/** Writes all changes into their blocks. Call it in a transaction. */
export function foldChanges(db: Db): void {
  const blocks = new Map<
    string,
    { key: [number, number, number]; changes: (FactChange & { id: number })[] }
  >()
  for (const change of changesAfter(db, 0)) {
    const key: [number, number, number] = [
      change.variantId,
      change.conditionId,
      change.exampleId >>> blockBits,
    ]
    const found = blocks.get(key.join()) ?? { key, changes: [] }
    blocks.set(key.join(), found)
    found.changes.push(change)
  }
  const find = db.prepare<number[], FactBlock>(
    `${selectBlocks} WHERE variant_id = ? AND condition_id = ? AND block = ?`,
  )
  const put = db.prepare(
    'INSERT OR REPLACE INTO fact_block (variant_id, condition_id, block, version, facts, marks, digest_of_row) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const marks = new Uint8Array(blockSize)
  for (const { key, changes } of blocks.values()) {
    marks.fill(0)
    const known = find.get(...key)
    if (known) {
      checkBlock(known)
      unpackBlock(known.marks, marks)
    }
    let version = known?.version ?? 0
    const folded = version
    for (const { id, exampleId, mark } of changes) {
      if (id <= folded) continue
      marks[exampleId & (blockSize - 1)] = mark
      version = id
    }
    if (version === folded) continue
    const values = [...key, version, factsIn(marks), packBlock(marks)]
    put.run(...values, rowDigest(values))
  }
  db.exec('DELETE FROM fact_change WHERE id < (SELECT max(id) FROM fact_change)')
}
