import type { Db } from './database.ts'

/**
 * Attaches another workspace's database as `other` while `work` runs in one transaction. Both have the present schema.
 *
 * @throws any error of `work`; nothing is changed then
 */
export function withAttached<T>(db: Db, file: string, work: () => T): T {
  db.prepare('ATTACH ? AS other').run(file)
  try {
    return db.transaction(work)()
  } finally {
    db.exec('DETACH other')
  }
}
