import Database from 'better-sqlite3'
import { dirname } from 'node:path'
import { KernelscopeError, type ErrorCode } from '#shared/errors.ts'
import { asSystemError, hasNoRoom } from '../base/systemError.ts'

/** Errors of SQLite by the beginnings of their codes. */
const known: readonly [start: string, code: ErrorCode, message: string, hint?: string][] = [
  ['SQLITE_CORRUPT', 'WORKSPACE_CORRUPT', 'the database is damaged'],
  ['SQLITE_NOTADB', 'WORKSPACE_CORRUPT', 'the database is damaged'],
  ['SQLITE_FULL', 'DISK_FULL', 'no space left for the workspace'],
  ['SQLITE_BUSY', 'WORKSPACE_LOCKED', 'the database is in use'],
  [
    'SQLITE_READONLY_ROLLBACK',
    'WORKSPACE_CORRUPT',
    'a journal of another program lies beside the database',
    'Move the file that ends in -journal away, then open the workspace again.',
  ],
  [
    'SQLITE_READONLY',
    'FILE_UNREADABLE',
    'the database cannot be written',
    'Check the permissions of the folder.',
  ],
  [
    'SQLITE_CANTOPEN',
    'FILE_UNREADABLE',
    'the database cannot be opened',
    'Check the permissions of the folder.',
  ],
  ['SQLITE_PERM', 'FILE_UNREADABLE', 'the database cannot be opened', 'Check the permissions of the folder.'],
  [
    'SQLITE_IOERR',
    'FILE_UNREADABLE',
    'the disk reports an error',
    'Check the disk; what was stored before is safe.',
  ],
]

/** Codes that SQLite also gives where a full disk keeps it from making or growing its files. */
const ofFullDisk = ['SQLITE_IOERR', 'SQLITE_CANTOPEN']

/**
 * Turns an error of SQLite into WORKSPACE_CORRUPT, DISK_FULL, WORKSPACE_LOCKED or FILE_UNREADABLE, and one of the file
 * system like `asSystemError`; returns any other error unchanged.
 *
 * @param file the database
 */
export function asWorkspaceError(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return asSystemError(error)
  const details = `${error.code}: ${error.message}`
  const starts = (start: string) => error.code.startsWith(start)
  if (ofFullDisk.some(starts) && hasNoRoom(dirname(file)))
    return new KernelscopeError('DISK_FULL', `no space left for the workspace: ${file}`, {
      details,
      cause: error,
    })
  const [, code, message, hint] = known.find(([start]) => starts(start)) ?? []
  if (code === undefined) return error
  return new KernelscopeError(code, `${message}: ${file}`, {
    details,
    cause: error,
    ...(hint ? { hint } : {}),
  })
}
