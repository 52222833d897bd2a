import type { MergePart } from '#shared/contract/index.ts'
import {
  eachRecord,
  FactBatch,
  packedCells,
  packSize,
  packRows,
  Slots,
  soundPack,
  type Db,
  type PackRow,
} from '../workspace/index.ts'
import { leftOut } from './mergeRange.ts'
import { batchStore } from './store.ts'

/** Predictions that are added in one step, at least. */
const atOnce = 8192

/**
 * Adds the predictions of the attached database pack by pack. A record holds no ids, so its bytes are copied.
 *
 * @throws WORKSPACE_CORRUPT where the slots there are not as they were stored
 */
export function* mergePredictions(db: Db): Generator<number, MergePart, undefined> {
  const write = batchStore(db)
  const ids = mergedIds(db)
  const slots = new Slots(db, 'other')
  slots.refresh()
  const batch = new FactBatch()
  const part: MergePart = { name: 'predictions', added: 0, there: 0, remarks: [] }
  let [damaged, seen] = [0, 0]
  const store = () => {
    const size = batch.length
    const added = write(batch)
    batch.clear()
    part.added += added
    part.there += size - added
    const looked = seen
    seen = 0
    return looked
  }
  const take = (row: PackRow) => {
    const pack = soundPack(row)
    const facts = pack?.facts ?? Math.max(0, Math.min(packSize, row.facts))
    seen += facts
    const [variantId, conditionId] = [ids.variant(row.variantId), ids.condition(row.conditionId)]
    if (!pack) damaged += facts
    else if (variantId !== undefined && conditionId !== undefined)
      eachRecord(pack, row.block, (slot, start) => {
        const exampleId = ids.example(slots.exampleOf(slot))
        if (exampleId === undefined) return
        const end = start + (pack.lengths[slot % pack.lengths.length] ?? 0)
        batch.copy({ variantId, conditionId, exampleId }, pack.bytes, start, end)
      })
  }
  for (const cell of packedCells(db, 'other'))
    for (const row of packRows(db, cell, 'other')) {
      take(row)
      if (seen >= atOnce) yield store()
    }
  if (seen > 0) yield store()
  return { ...part, remarks: leftOut('predictions', damaged) }
}

/** Returns for the ids of the attached database those of the same things here. */
function mergedIds(db: Db) {
  const finder = (table: string) => {
    const find = db.prepare<[number], number>(`SELECT here FROM merged_${table} WHERE there = ?`).pluck()
    return (id: number) => find.get(id)
  }
  return { variant: finder('variant'), condition: finder('condition'), example: examplesOf(db) }
}

/** The same for examples, which each record has one of: they are read once. */
function examplesOf(db: Db): (there: number) => number | undefined {
  const last = Number(db.prepare('SELECT coalesce(max(there), 0) FROM merged_example').pluck().get())
  const here = new Float64Array(last + 1)
  const rows = db.prepare<[], [number, number]>('SELECT there, here FROM merged_example').raw()
  for (const [id, own] of rows.iterate()) here[id] = own
  return (there) => here[there] || undefined
}
