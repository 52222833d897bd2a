import type { Db } from '../db.ts'
import type { FactBatch } from './batch.ts'
import { changeWriter } from './blocks.ts'
import { packChanges, type FactChange } from './changes.ts'
import { addToPack, packBits, packSize } from './pack.ts'
import { checkedPack, packColumns, packDigest, putPack, type PackRow } from './packs.ts'
import { slotsOf } from './slots.ts'

/**
 * Returns a function that stores a batch of predictions, each pack once. A prediction that is there already stays. It returns
 * those that are new, with their marks, which the caller stores. Call it in a transaction. It throws WORKSPACE_CORRUPT where a
 * pack is not as it was stored.
 */
export function packWriter(db: Db): (batch: FactBatch) => FactChange[] {
  const find = db.prepare<[number, number, number], PackRow>(
    `SELECT ${packColumns} FROM prediction WHERE variant_id = ? AND condition_id = ? AND block = ?`,
  )
  const put = db.prepare(putPack)
  return (batch) => {
    const slots = slotsOf(db)
    slots.assign(batch.keys.map(({ exampleId }) => exampleId))
    const added: FactChange[] = []
    for (const [variantId, conditions] of byPack(batch, (exampleId) => slots.of(exampleId)))
      for (const [conditionId, blocks] of conditions)
        for (const [block, places] of blocks) {
          const row = find.get(variantId, conditionId, block)
          const pack = addToPack(
            row ? checkedPack(row) : null,
            {
              bytes: batch.bytes,
              slots: places.map((place) => slots.of(batch.keys[place]?.exampleId ?? 0) & (packSize - 1)),
              starts: places.map((place) => batch.starts[place] ?? 0),
              ends: places.map((place) => batch.ends[place] ?? 0),
            },
            (addition) => {
              const place = places[addition] ?? 0
              const exampleId = batch.keys[place]?.exampleId ?? 0
              added.push({ variantId, conditionId, exampleId, mark: batch.markOf(place) })
            },
          )
          if (!pack) continue
          const now = { variantId, conditionId, block, facts: pack.facts, packed: pack.bytes }
          put.run(variantId, conditionId, block, pack.facts, pack.bytes, packDigest(now))
        }
    return added
  }
}

/** Returns a function that stores predictions as `packWriter` does, and their marks. */
export function factWriter(db: Db): (batch: FactBatch) => FactChange[] {
  const write = packWriter(db)
  const append = changeWriter(db)
  return (batch) => {
    const added = write(batch)
    if (added.length > 0) append(added.length, packChanges(added))
    return added
  }
}

type Packs = Map<number, Map<number, Map<number, number[]>>>

/** Groups the places of a batch by variant, condition and pack. */
function byPack({ keys }: FactBatch, slotOf: (exampleId: number) => number): Packs {
  const found: Packs = new Map()
  for (const [place, { variantId, conditionId, exampleId }] of keys.entries()) {
    const conditions = grown(found, variantId, () => new Map())
    const blocks = grown(conditions, conditionId, () => new Map())
    grown<number[]>(blocks, slotOf(exampleId) >>> packBits, () => []).push(place)
  }
  return found
}

function grown<T>(map: Map<number, T>, key: number, make: () => NoInfer<T>): T {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
