import Database from 'better-sqlite3'
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { draftBeside } from '../base/draft.ts'
import { newBackup, rotateBackups } from './backups.ts'
import { checkDatabaseFile } from './check.ts'
import { dropSumTriggers, sealContent } from './contentSums.ts'
import type { Db } from './db.ts'
import { asWorkspaceError } from './errors.ts'
import { addFunctions } from './functions.ts'
import { checkOwn } from './own.ts'
import { applicationId, applyMigrations, migrations } from './schema.ts'

export { asWorkspaceError, type Db }

/** Bytes up to which a database is checked completely on opening, in a few hundred milliseconds. */
const fullCheckBytes = 64 * 2 ** 20

/**
 * Creates a workspace database, whole or not at all, and opens it.
 *
 * @throws WORKSPACE_EXISTS where the file exists
 * @throws DISK_FULL, FILE_UNREADABLE where it cannot be written
 */
export function createDatabase(file: string): Db {
  if (existsSync(file))
    throw new KernelscopeError('WORKSPACE_EXISTS', `there is a workspace already: ${file}`)
  const draft = draftBeside(file)
  try {
    prepared(draft, {}, (db) => {
      db.pragma(`application_id = ${applicationId}`)
      configure(db)
      migrate(db, file, false)
    }).close()
    renameSync(draft, file)
  } catch (error) {
    for (const left of withLog(draft)) rmSync(left, { force: true })
    throw error
  }
  return prepared(file, { fileMustExist: true }, configure)
}

/** A database file and the files that SQLite keeps beside it. */
export const withLog = (file: string): string[] => ['', '-wal', '-shm'].map((suffix) => file + suffix)

/** Opens a database and closes it where `prepare` fails. */
function prepared(file: string, options: Database.Options, prepare: (db: Db) => void): Db {
  let db: Db | null = null
  try {
    db = new Database(file, options)
    prepare(db)
    return db
  } catch (error) {
    db?.close()
    throw asWorkspaceError(error, file)
  }
}

/**
 * Opens a workspace database and migrates it where needed. Writes nothing before every check has passed.
 *
 * @param backsUp whether a backup is made before a migration
 * @throws WORKSPACE_MISSING, WORKSPACE_CORRUPT, WORKSPACE_FOREIGN, WORKSPACE_NEWER where `checkDatabaseFile` throws
 *   them
 * @throws WORKSPACE_CORRUPT, WORKSPACE_LOCKED, DISK_FULL where SQLite reports it
 */
export function openDatabase(file: string, backsUp = true): Db {
  checkDatabaseFile(file)
  try {
    checkContent(file)
  } catch (error) {
    throw asWorkspaceError(error, file)
  }
  return prepared(file, { fileMustExist: true }, (db) => {
    configure(db)
    migrate(db, file, backsUp)
  })
}

/** Creates an empty database of a schema, without its sums and with references unchecked, to copy rows into it. */
export function createForCopy(file: string, schema: number): Db {
  const db = new Database(file)
  db.pragma(`application_id = ${applicationId}`)
  configure(db)
  db.pragma('foreign_keys = OFF')
  db.transaction(() => {
    applyMigrations(db, 0, schema)
    db.pragma(`user_version = ${schema}`)
  })()
  return db
}

/**
 * Puts what is in the log of a database that nobody has open into its file, and removes the log. What is damaged stays as it
 * is.
 */
export function foldLog(file: string): void {
  if (!existsSync(`${file}-wal`)) return
  try {
    const db = new Database(file, { fileMustExist: true })
    try {
      db.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      db.close()
    }
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
  }
}

/** Opens a database that another connection has migrated, for reading only. */
export function readDatabase(file: string): Db {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  db.pragma('temp_store = MEMORY')
  db.pragma('cache_size = -65536')
  return db
}

/**
 * Checks the content of a database, completely where it has at most `most` bytes.
 *
 * @throws WORKSPACE_FOREIGN, WORKSPACE_NEWER, WORKSPACE_CORRUPT where `checkOwn` throws them
 * @throws WORKSPACE_CORRUPT where it is damaged
 */
export function checkContent(file: string, most = fullCheckBytes): void {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    checkOwn(db, file)
    if (statSync(file).size > most) return
    const verdict = db.pragma('quick_check(1)', { simple: true })
    if (verdict !== 'ok') {
      throw new KernelscopeError('WORKSPACE_CORRUPT', `the database is damaged: ${file}`, {
        details: String(verdict),
      })
    }
  } finally {
    db.close()
  }
}

function configure(db: Db): void {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  // A study stores each fact into another page, some again and again: 64 MiB of log are written back at once.
  db.pragma('wal_autocheckpoint = 16384')
  db.pragma('foreign_keys = ON')
  // Rows that a REPLACE removes count, too.
  db.pragma('recursive_triggers = ON')
  addFunctions(db)
  db.pragma('temp_store = MEMORY')
  db.pragma('cache_size = -65536')
}

/** Makes a backup of the database, then applies the missing migrations in one transaction. */
function migrate(db: Db, file: string, backsUp: boolean): void {
  const from = Number(db.pragma('user_version', { simple: true }))
  if (from === migrations.length) return
  if (backsUp) {
    const copy = newBackup(dirname(file), 'schema', from)
    mkdirSync(dirname(copy), { recursive: true })
    db.prepare('VACUUM INTO ?').run(copy)
    rotateBackups(dirname(file))
  }
  // A table that is made anew would take the rows that refer to it along. SQLite ignores this within a transaction.
  db.pragma('foreign_keys = OFF')
  try {
    db.transaction(() => {
      dropSumTriggers(db)
      applyMigrations(db, from)
      sealContent(db)
      db.pragma(`user_version = ${migrations.length}`)
    })()
  } catch (error) {
    throw asMigrationError(error, from, file)
  }
  db.pragma('foreign_keys = ON')
}

/** A table that is missing, or there already: the database is not of the schema that its header says. */
function asMigrationError(error: unknown, from: number, file: string): unknown {
  if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_ERROR') return error
  return new KernelscopeError(
    'WORKSPACE_CORRUPT',
    `the database is not of schema ${from}, as it says: ${file}`,
    {
      details: error.message,
      cause: error,
    },
  )
}
