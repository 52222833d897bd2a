import { KernelscopeError } from '#shared/errors.ts'
import type { Db } from './database.ts'

/** Ids in the attached database, each with the id of the same thing in the open one. */
export type MergedIds = ReadonlyMap<number, number>

/**
 * Attaches another workspace's database as `other`. Both have the present schema. Returns what detaches it. Other requests may
 * come in between, so each step of what is done with it is a transaction of its own.
 *
 * @throws JOB_STATE where another database is attached already
 */
export function attach(db: Db, file: string): () => void {
  const names = db.prepare<[], string>('SELECT name FROM pragma_database_list').pluck().all()
  if (names.includes('other'))
    throw new KernelscopeError('JOB_STATE', 'another workspace is being added', {
      hint: 'Wait until that is done, or stop it.',
    })
  db.prepare('ATTACH ? AS other').run(file)
  return () => {
    // It was detached with the connection where the workspace was closed meanwhile.
    if (db.open) db.exec('DETACH other')
  }
}

/** The columns of a table of the open workspace that are copied: all but the key and what is being removed. */
export const columnsToCopy = (db: Db, table: string): string[] =>
  db
    .prepare<[string], string>(
      `SELECT name FROM pragma_table_info(?, 'main') WHERE pk = 0 AND name <> 'removal_id'`,
    )
    .pluck()
    .all(table)
