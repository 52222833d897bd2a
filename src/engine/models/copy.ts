import { present, type Db } from '../workspace/index.ts'

/**
 * Copies the models of another workspace, with all that is stored of them. A model that is there already stays as it is.
 *
 * @param file path of the other workspace's database, which no process has open
 */
export function copyModels(db: Db, file: string): void {
  const columns = db
    .prepare<[], { name: string }>(
      `SELECT name FROM pragma_table_info('model') WHERE name NOT IN ('id', 'removal_id')`,
    )
    .all()
    .map(({ name }) => name)
    .join(', ')
  db.prepare('ATTACH ? AS other').run(file)
  try {
    db.exec(`INSERT INTO model (${columns}) SELECT ${columns} FROM other.model
      WHERE ${present} AND digest NOT IN (SELECT digest FROM main.model) ORDER BY id`)
  } finally {
    db.exec('DETACH other')
  }
}
