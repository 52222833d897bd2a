import type { MergePart } from '#shared/contract/index.ts'
import { columnsToCopy, present, rowToAdd, type Db, type MergedIds } from '../workspace/index.ts'

interface Pair {
  there: number
  here: number | null
  digest: string
  title: string
  differs: number
}

/**
 * Adds the models of an attached database, `other`, with all that is stored of them, by the digest of their files. A model that is
 * there already stays as it is. Call it in a transaction.
 */
export function mergeModels(db: Db): { part: MergePart; ids: MergedIds } {
  const part: MergePart = { name: 'models', added: 0, there: 0, remarks: [] }
  const ids = new Map<number, number>()
  const columns = columnsToCopy(db, 'model').join(', ')
  const insert = db.prepare(
    `INSERT INTO main.model (${columns}) SELECT ${columns} FROM other.model WHERE id = ?`,
  )
  const pairs = db
    .prepare<[], Pair>(
      `SELECT o.id AS there, m.id AS here, o.digest, o.title,
         m.preprocessing IS NOT o.preprocessing OR m.labels IS NOT o.labels AS differs
       FROM other.model o LEFT JOIN main.model m ON m.digest = o.digest AND m.${present} WHERE o.${present} ORDER BY o.id`,
    )
    .all()
  for (const { there, here, digest, title, differs } of pairs) {
    if (here === null) {
      rowToAdd(db, { model: digest })
      ids.set(there, Number(insert.run(there).lastInsertRowid))
      part.added++
      continue
    }
    ids.set(there, here)
    part.there++
    if (differs)
      part.remarks.push({
        title,
        message:
          'has another preprocessing or other labels there; those here stay, and studies show answers with those',
        leftOut: false,
        count: 1,
      })
  }
  return { part, ids }
}
