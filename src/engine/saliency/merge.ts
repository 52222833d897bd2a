import type { MergePart } from '#shared/contract/index.ts'
import type { Db } from '../workspace/index.ts'
import { pruneMaps } from './kept.ts'

/**
 * Adds the kept maps of an attached database, `other`, by the digest of what they are computed from. The oldest beyond what a
 * workspace keeps are dropped. Call it in a transaction.
 */
export function mergeMaps(db: Db): MergePart {
  const all = Number(db.prepare('SELECT count(*) FROM other.map').pluck().get())
  const { changes } = db.prepare('INSERT OR IGNORE INTO main.map SELECT * FROM other.map').run()
  if (changes > 0) pruneMaps(db)
  return { name: 'maps', added: changes, there: all - changes, remarks: [] }
}
