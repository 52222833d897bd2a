import { KernelscopeError } from '#shared/errors.ts'
import type { Db } from '../database.ts'
import { rowDigest } from '../rowDigest.ts'
import { eachChange, type FactChange } from './changes.ts'
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

/** Rows of changes above which they are folded into the blocks. */
const mostChanges = 4096

const columns =
  'variant_id AS variantId, condition_id AS conditionId, block, version, facts, marks, digest_of_row AS digest'

/** SQL that reads blocks. */
export const selectBlocks = `SELECT ${columns} FROM fact_block`

/** The error for facts, or marks of facts, that are not as they were stored. */
export const damagedFacts = (what: string): KernelscopeError =>
  new KernelscopeError('WORKSPACE_CORRUPT', `${what} not as stored: a byte of the database has changed`, {
    hint: 'Run "kernelscope workspace verify --heal": it forgets damaged predictions, which studies measure again, and counts the others.',
  })
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

/** Returns a function that appends changes; `facts` is how many facts more there are. Call it in a transaction. */
export function changeWriter(db: Db): (facts: number, changes: Buffer) => void {
  const last = db.prepare<[], number>('SELECT max(id) FROM fact_change').pluck()
  const first = db.prepare<[], number>('SELECT min(id) FROM fact_change').pluck()
  const insert = db.prepare('INSERT INTO fact_change (id, facts, changes, digest_of_row) VALUES (?, ?, ?, ?)')
  return (facts, changes) => {
    const id = (last.get() ?? 0) + 1
    insert.run(id, facts, changes, rowDigest([id, facts, changes]))
    if (id - (first.get() ?? id) >= mostChanges) foldChanges(db)
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

/** SQL of all blocks as their facts give them: key, facts, marks. */
export const countedBlocks = `
  SELECT variant_id, condition_id, example_id >> ${blockBits} AS block, count(*) AS facts,
    fact_marks(example_id & ${blockSize - 1}, fact_mark(correct, true_rank, length(top), confidence)) AS marks
  FROM prediction GROUP BY 1, 2, 3`

/**
 * Counts all blocks again from the facts. Versions grow, so that nothing that was read before is taken for current. Call it in
 * a transaction.
 */
export function recountFacts(db: Db): void {
  const newest = db
    .prepare(
      'SELECT max(coalesce((SELECT max(id) FROM fact_change), 0), coalesce((SELECT max(version) FROM fact_block), 0))',
    )
    .pluck()
    .get()
  const [version, none] = [Number(newest) + 1, Buffer.alloc(0)]
  db.exec('DELETE FROM fact_change; DELETE FROM fact_block')
  db.prepare('INSERT INTO fact_change (id, facts, changes, digest_of_row) VALUES (?, 0, ?, ?)').run(
    version,
    none,
    rowDigest([version, 0, none]),
  )
  db.prepare(
    `INSERT INTO fact_block SELECT variant_id, condition_id, block, @version, facts, marks,
       row_digest(variant_id, condition_id, block, @version, facts, marks) FROM (${countedBlocks})`,
  ).run({ version })
}
