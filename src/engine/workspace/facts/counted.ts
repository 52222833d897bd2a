import type { Db } from '../db.ts'
import { rowDigest } from '../rowDigest.ts'
import type { FactBlock } from './blocks.ts'
import { eachChange } from './changes.ts'
import { blockBits, blockSize, factsIn, packBlock } from './marks.ts'
import { eachRecord, packedCells, packRows, soundPack } from './packs.ts'
import { markOfRecord } from './record.ts'
import { Slots } from './slots.ts'

/** A block of marks as the predictions give it. */
export type CountedBlock = Omit<FactBlock, 'version' | 'digest'>

/**
 * Yields all blocks of marks as the predictions give them. Packs that are not as they were stored count nothing.
 *
 * @throws WORKSPACE_CORRUPT where slots are not as they were stored
 */
export function* countedBlocks(db: Db): Generator<CountedBlock> {
  const slots = new Slots(db)
  slots.refresh()
  for (const [variantId, conditionId] of packedCells(db)) {
    const blocks = new Map<number, Uint8Array>()
    for (const row of packRows(db, [variantId, conditionId])) {
      const pack = soundPack(row)
      if (!pack) continue
      eachRecord(pack, row.block, (slot, start) => {
        const example = slots.exampleOf(slot)
        if (example === 0) return
        const marks = blocks.get(example >>> blockBits) ?? new Uint8Array(blockSize)
        blocks.set(example >>> blockBits, marks)
        marks[example & (blockSize - 1)] = markOfRecord(pack.bytes, start)
      })
    }
    for (const [block, marks] of [...blocks].sort(([a], [b]) => a - b))
      yield { variantId, conditionId, block, facts: factsIn(marks), marks: packBlock(marks) }
  }
}

/** The pairs of a variant and a condition that have, or had, marks. */
function markedCells(db: Db): Map<string, readonly [number, number]> {
  const cells = db
    .prepare<[], [number, number]>('SELECT DISTINCT variant_id, condition_id FROM fact_block')
    .raw()
    .all()
  for (const changes of db.prepare<[], Buffer>('SELECT changes FROM fact_change').pluck().all())
    eachChange(changes, ({ variantId, conditionId }) => cells.push([variantId, conditionId]))
  return new Map(cells.map((cell) => [cell.join(), cell]))
}

/**
 * Counts all blocks again from the predictions. Versions grow, also those of cells that have lost all predictions, so that
 * nothing that was read before is taken for current. Call it in a transaction.
 *
 * @throws WORKSPACE_CORRUPT where slots are not as they were stored
 */
export function recountFacts(db: Db): void {
  const newest = db
    .prepare(
      'SELECT max(coalesce((SELECT max(id) FROM fact_change), 0), coalesce((SELECT max(version) FROM fact_block), 0))',
    )
    .pluck()
    .get()
  const [version, none] = [Number(newest) + 1, Buffer.alloc(0)]
  const emptied = markedCells(db)
  db.exec('DELETE FROM fact_change; DELETE FROM fact_block')
  db.prepare('INSERT INTO fact_change (id, facts, changes, digest_of_row) VALUES (?, 0, ?, ?)').run(
    version,
    none,
    rowDigest([version, 0, none]),
  )
  const insert = db.prepare(
    'INSERT INTO fact_block (variant_id, condition_id, block, version, facts, marks, digest_of_row) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const put = ({ variantId, conditionId, block, facts, marks }: CountedBlock) => {
    const values = [variantId, conditionId, block, version, facts, marks]
    insert.run(...values, rowDigest(values))
  }
  for (const counted of countedBlocks(db)) {
    put(counted)
    emptied.delete([counted.variantId, counted.conditionId].join())
  }
  const marks = packBlock(new Uint8Array(blockSize))
  for (const [variantId, conditionId] of emptied.values())
    put({ variantId, conditionId, block: 0, facts: 0, marks })
}
