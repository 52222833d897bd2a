import type { Db } from '../database.ts'

interface Reference {
  child: string
  parent: string
  column: string
  /** Column of the parent; null for its primary key. */
  key: string | null
  /** Whether the column may not be null. */
  needed: number
}

/** Rows that refer to lost ones are removed, or lose the reference where it may be missing, until all references hold. */
export function repairReferences(db: Db): void {
  const references = db
    .prepare<[], Reference>(
      `SELECT t.name AS child, f."table" AS parent, f."from" AS "column", f."to" AS key, i."notnull" OR i.pk > 0 AS needed
       FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f JOIN pragma_table_info(t.name) i ON i.name = f."from"
       WHERE t.schema = 'main' AND t.type = 'table'`,
    )
    .all()
  let changes = 1
  while (changes > 0) {
    changes = 0
    for (const { child, parent, column, key, needed } of references) {
      const lost = `"${column}" IS NOT NULL AND "${column}" NOT IN (SELECT "${key ?? 'id'}" FROM "${parent}")`
      const sql = needed
        ? `DELETE FROM "${child}" WHERE ${lost}`
        : `UPDATE "${child}" SET "${column}" = NULL WHERE ${lost}`
      changes += db.prepare(sql).run().changes
    }
  }
}
