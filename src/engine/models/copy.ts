import { present, type Db } from '../workspace/index.ts'

/**
 * Copies the models of an attached database, `other`, with all that is stored of them. A model that is there already stays as it
 * is. Returns how many were copied. Call it in a transaction.
 */
export function copyModels(db: Db): number {
  const columns = db
    .prepare<[], { name: string }>(
      `SELECT name FROM pragma_table_info('model') WHERE name NOT IN ('id', 'removal_id')`,
    )
    .all()
    .map(({ name }) => name)
    .join(', ')
  return db
    .prepare(
      `INSERT INTO model (${columns}) SELECT ${columns} FROM other.model
       WHERE ${present} AND digest NOT IN (SELECT digest FROM main.model) ORDER BY id`,
    )
    .run().changes
}
