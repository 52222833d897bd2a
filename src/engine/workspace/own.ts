import Database from 'better-sqlite3'
import { KernelscopeError } from '#shared/errors.ts'
import { isSchemaKept } from './contentSums.ts'
import { addFunctions } from './functions.ts'
import { applicationId, applyMigrations, migrations } from './schema.ts'

/**
 * Checks that a database with its write-ahead log is a workspace's own: a log of another database gives it that one's
 * pages, and tables, views or triggers that Kernelscope did not make change what is read and written.
 *
 * @throws WORKSPACE_FOREIGN, WORKSPACE_NEWER where the log makes it another database
 * @throws WORKSPACE_CORRUPT where its schema is not as it was made
 */
export function checkOwn(db: Database.Database, file: string): void {
  if (Number(db.pragma('application_id', { simple: true })) !== applicationId)
    throw new KernelscopeError(
      'WORKSPACE_FOREIGN',
      `the write-ahead log beside the database belongs to another one: ${file}-wal`,
      { hint: 'Move the log away, then open the workspace again.' },
    )
  const version = Number(db.pragma('user_version', { simple: true }))
  if (version > migrations.length)
    throw new KernelscopeError(
      'WORKSPACE_NEWER',
      `the workspace has schema ${version}, this Kernelscope knows ${migrations.length}: ${file}`,
    )
  const strange = version >= firstWithSums ? isOfOthers(db) : strangeNames(db, version)
  if (strange === null) return
  throw new KernelscopeError(
    'WORKSPACE_CORRUPT',
    `tables, indexes or triggers of the database are not as they were made${strange}: ${file}`,
    { hint: 'Restore a backup of the workspace, or salvage what can be read into a new one.' },
  )
}

/** The first schema that has a sum of itself. */
const firstWithSums = 9

/** Whether the sum of the schema holds: null where it does, otherwise what is said of it. */
function isOfOthers(db: Database.Database): string | null {
  addFunctions(db)
  try {
    return isSchemaKept(db) ? null : ''
  } catch (error) {
    // The table of sums itself is another one.
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_ERROR') return ''
    throw error
  }
}

const namesSql = `SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1`
const namesOf = (db: Database.Database) => db.prepare<[], string>(namesSql).pluck().all()

/** A schema before that has no sum, and may have been migrated half: its names are compared with those of a new database. */
function strangeNames(db: Database.Database, version: number): string | null {
  const own = new Database(':memory:')
  try {
    applyMigrations(own, 0, version)
    const [found, expected] = [namesOf(db), namesOf(own)]
    const strange = [
      ...found.filter((name) => !expected.includes(name)),
      ...expected.filter((name) => !found.includes(name)),
    ]
    const [first] = strange
    return first === undefined ? null : ` (${first.slice(0, 100)})`
  } finally {
    own.close()
  }
}
