import { LruMap, remembered } from '../base/lruMap.ts'
import { nextTurn } from '../base/nextTurn.ts'
import type { Db } from '../workspace/index.ts'
import { balancedOrder, type InTurn } from './balancedOrder.ts'
import { imagesInOrder, sourceKey, sqlOf, type ImageSource, type SqlValue } from './images.ts'
import { imageVersion } from './state.ts'

/** Images whose place is decided before other work of the thread goes on. */
const page = 5000

/** Orders that were made, by workspace. */
const kept = new WeakMap<Db, LruMap<string, Promise<InTurn>>>()

/** The order in which a study measures the images of a source. It is kept while the images of the dataset are the same. */
export function imagesInTurn(db: Db, source: ImageSource, seed: number): Promise<InTurn> {
  const own = kept.get(db) ?? new LruMap<string, Promise<InTurn>>(16)
  kept.set(db, own)
  const key = JSON.stringify([sourceKey(source), seed, imageVersion(db, source.datasetId)])
  return remembered(own, key, () => put(db, source, seed))
}

async function put(db: Db, source: ImageSource, seed: number): Promise<InTurn> {
  const { id, before, values, ...images } = imagesInOrder(db, source)
  const select = db.prepare<SqlValue[], { id: number; class_idx: number; digest: Buffer }>(
    `SELECT i.id, i.class_idx, s.digest
     FROM ${sqlOf(images, ' JOIN example s ON s.id = i.example_id')} AND ${id} > ? ORDER BY ${id} LIMIT ?`,
  )
  const order = balancedOrder(seed)
  for (let after = before; ;) {
    const rows = select.all(...values, after, page)
    for (const row of rows) order.add(row.id, row.class_idx, row.digest)
    after = rows.at(-1)?.id ?? after
    if (rows.length < page) return order.inTurn()
    await nextTurn()
  }
}
