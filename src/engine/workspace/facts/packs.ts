import type { Db } from '../db.ts'
import { rowDigest } from '../rowDigest.ts'
import type { FactKey } from './batch.ts'
import { damagedFacts } from './damaged.ts'
import { packSize, readPack, removeFromPack, type Pack } from './pack.ts'
import { slotsOf } from './slots.ts'

/**
 * Predictions lie in packs: those of one variant under one condition for the examples of 256 slots. A row of `prediction` is a
 * pack with its number of predictions and its digest.
 */
export interface PackRow {
  variantId: number
  conditionId: number
  block: number
  facts: number
  packed: Buffer
  digest: number
}

/** Columns of a `PackRow`. */
export const packColumns =
  'variant_id AS variantId, condition_id AS conditionId, block, facts, packed, digest_of_row AS digest'

/** Digest of a pack, as it is stored. */
export const packDigest = ({
  variantId,
  conditionId,
  block,
  facts,
  packed,
}: Omit<PackRow, 'digest'>): number => rowDigest([variantId, conditionId, block, facts, packed])

/** Reads the pack of a row; null where it is not what was stored. */
export function soundPack(row: PackRow): Pack | null {
  if (packDigest(row) !== row.digest) return null
  const pack = readPack(row.packed)
  return pack?.facts === row.facts ? pack : null
}

/** @throws WORKSPACE_CORRUPT where the pack of a row is not what was stored */
export function checkedPack(row: PackRow): Pack {
  const pack = soundPack(row)
  if (!pack) throw damagedFacts(`${packSize} or fewer predictions are`)
  return pack
}

/** Yields the pairs of a variant and a condition that have predictions, in order. */
export function* packedCells(db: Db, schema: 'main' | 'other' = 'main'): Generator<[number, number]> {
  const next = db
    .prepare<[number, number], [number, number]>(
      `SELECT variant_id, condition_id FROM ${schema}.prediction WHERE (variant_id, condition_id) > (?, ?)
       ORDER BY variant_id, condition_id LIMIT 1`,
    )
    .raw()
  for (let cell = next.get(0, 0); cell; cell = next.get(...cell)) yield cell
}

/**
 * Yields the rows of predictions that are not as they were stored, and those of slots that are lost, without their predictions.
 */
function* damagedPacks(db: Db): Generator<Pick<PackRow, 'variantId' | 'conditionId' | 'block' | 'facts'>> {
  const blocks = new Set(
    db
      .prepare<[], number>('SELECT block FROM fact_slot WHERE examples <> zeroblob(length(examples))')
      .pluck()
      .all(),
  )
  for (const cell of packedCells(db))
    for (const row of packRows(db, cell)) {
      const { variantId, conditionId, block } = row
      const pack = soundPack(row)
      const facts = pack?.facts ?? Math.max(0, Math.min(packSize, row.facts))
      if (!pack || !blocks.has(block)) yield { variantId, conditionId, block, facts }
    }
}

/** Counts the predictions that are not as they were stored. */
export function countDamaged(db: Db): number {
  let count = 0
  for (const { facts } of damagedPacks(db)) count += facts
  return count
}

/** Removes the predictions that are not as they were stored. Returns how many. Call it in a transaction, and `recountFacts`. */
export function forgetDamaged(db: Db): number {
  const remove = db.prepare('DELETE FROM prediction WHERE variant_id = ? AND condition_id = ? AND block = ?')
  let count = 0
  for (const { variantId, conditionId, block, facts } of damagedPacks(db)) {
    remove.run(variantId, conditionId, block)
    count += facts
  }
  return count
}

/** Calls `take` for each record of a pack with its slot and where it begins in the bytes of the pack. */
export function eachRecord(pack: Pack, block: number, take: (slot: number, start: number) => void): void {
  for (let at = 0; at < packSize; at++)
    if ((pack.lengths[at] ?? 0) > 0) take(block * packSize + at, pack.starts[at] ?? 0)
}

/** Yields the rows of one cell, of all packs, in order of their numbers. */
export function* packRows(
  db: Db,
  [variantId, conditionId]: readonly [number, number],
  schema: 'main' | 'other' = 'main',
): Generator<PackRow> {
  const next = db.prepare<[number, number, number], PackRow>(
    `SELECT ${packColumns} FROM ${schema}.prediction
     WHERE variant_id = ? AND condition_id = ? AND block > ? ORDER BY block LIMIT 1`,
  )
  for (let row = next.get(variantId, conditionId, -1); row; row = next.get(variantId, conditionId, row.block))
    yield row
}

/** SQL that stores a pack: variant, condition, block, number of predictions, packed, digest. */
export const putPack =
  'INSERT OR REPLACE INTO prediction (variant_id, condition_id, block, facts, packed, digest_of_row) VALUES (?, ?, ?, ?, ?, ?)'

/** Removes predictions of examples that are lost. Call it in a transaction, and `recountFacts`. */
export function forgetLost(db: Db): void {
  const slots = slotsOf(db)
  const find = db.prepare<[number], number>('SELECT 1 FROM example WHERE id = ?').pluck()
  const lost = new Set(slots.examples().filter((id) => find.get(id) === undefined))
  if (lost.size > 0) removePredictions(db, ({ exampleId }) => lost.has(exampleId))
}

/**
 * Removes predictions. Their marks stay until `recountFacts`. Call it in a transaction.
 *
 * @throws WORKSPACE_CORRUPT where a pack is not as it was stored
 */
export function removePredictions(db: Db, isRemoved: (key: FactKey) => boolean): void {
  const slots = slotsOf(db)
  const put = db.prepare(putPack)
  const remove = db.prepare('DELETE FROM prediction WHERE variant_id = ? AND condition_id = ? AND block = ?')
  for (const [variantId, conditionId] of packedCells(db))
    for (const row of packRows(db, [variantId, conditionId])) {
      const { block } = row
      const pack = checkedPack(row)
      const left = removeFromPack(pack, (slot) =>
        isRemoved({ variantId, conditionId, exampleId: slots.exampleOf(block * packSize + slot) }),
      )
      if (left?.facts === pack.facts) continue
      if (!left) remove.run(variantId, conditionId, block)
      else {
        const now = { variantId, conditionId, block, facts: left.facts, packed: left.bytes }
        put.run(variantId, conditionId, block, left.facts, left.bytes, packDigest(now))
      }
    }
}
