import Database from 'better-sqlite3'
import { addFunctions } from '#engine/workspace/functions.ts'
import {
  chmodSync,
  closeSync,
  cpSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/** A workspace to be spoiled, in a folder of its own, beside a folder that nothing may change. */
export interface Place {
  /** Folder of the workspace. */
  path: string
  /** Its database, closed, without a write-ahead log. */
  file: string
  /** A folder of somebody else, with the files `thesis.tex`, `draft.part` and `7/data.bin`. */
  outside: string
}

/** What `spoil` may say: another path to open, and what ends the state that it made. */
export interface Spoiled {
  open?: string
  end?: () => void
}

/** One hostile workspace. */
export interface Case {
  title: string
  spoil: (place: Place) => Spoiled | void
  /** Opened without the rights of root, who may do everything. */
  ordinary?: boolean
  /** Opened to be looked at only. */
  readOnly?: boolean
  /** Asks for more results and rows too, or for a study of measurements; see `outcomeOf`. */
  reads?: 'facts' | 'measurements'
}

type Statement = string | ((db: Database.Database) => void)

/** Runs SQL on a database as a program would that knows nothing of it: references do not hold, the schema may be written. */
export function sql(file: string, ...statements: Statement[]): void {
  const db = new Database(file)
  try {
    db.unsafeMode()
    for (const pragma of [
      'journal_mode = DELETE',
      'synchronous = OFF',
      'foreign_keys = OFF',
      'writable_schema = ON',
    ])
      db.pragma(pragma)
    run(db, statements)
  } finally {
    db.close()
  }
}

function run(db: Database.Database, statements: readonly Statement[]): void {
  for (const statement of statements)
    if (typeof statement === 'string') db.exec(statement)
    else statement(db)
}

/** Changes rows behind the triggers of their tables, as a bad disk would. */
export const changeRows = (file: string, ...statements: string[]): void =>
  sql(file, (db) => {
    addFunctions(db)
    const changed = [...statements.join(' ').matchAll(/(?:UPDATE|INTO|FROM) (\w+)/g)].map(
      ([, table]) => table,
    )
    const triggers = db
      .prepare<[], { name: string; sql: string; tbl_name: string }>(
        `SELECT name, sql, tbl_name FROM sqlite_schema WHERE type = 'trigger'`,
      )
      .all()
      .filter(({ tbl_name }) => changed.includes(tbl_name))
    for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`)
    run(db, statements)
    for (const trigger of triggers) db.exec(trigger.sql)
  })

/** A case that changes rows behind the triggers. */
export const byRows = (title: string, ...statements: string[]): Case => ({
  title,
  reads: /measure/.test(title) ? 'measurements' : 'facts',
  spoil: ({ file }) => changeRows(file, ...statements),
})

/** A case that runs SQL, which may change the schema. */
export const bySql = (title: string, ...statements: Statement[]): Case => ({
  title,
  spoil: ({ file }) => sql(file, ...statements),
})

/** A case that changes the bytes of the database. */
export const byBytes = (title: string, change: (bytes: Buffer) => Uint8Array): Case => ({
  title,
  spoil: ({ file }) => writeFileSync(file, change(readFileSync(file))),
})

/** Fills pages of a database, the first of which is 1, with zeros. */
export function zeroPages(file: string, from: number, count = 1): void {
  const size = 4096
  const fd = openSync(file, 'r+')
  writeSync(fd, Buffer.alloc(size * count), 0, size * count, (from - 1) * size)
  closeSync(fd)
}

export function truncate(file: string, bytes: number): void {
  const fd = openSync(file, 'r+')
  ftruncateSync(fd, bytes < 0 ? statSync(file).size + bytes : bytes)
  closeSync(fd)
}

/** Makes the folder `outside` and a copy of a workspace beside it. */
export function placeIn(folder: string, base: string): Place {
  const path = join(folder, 'workspace')
  const outside = join(folder, 'outside')
  mkdirSync(join(outside, '7'), { recursive: true })
  for (const name of ['thesis.tex', 'draft.part', '7/data.bin'])
    writeFileSync(join(outside, name), 'of somebody else')
  cpSync(base, path, { recursive: true })
  // For cases without the rights of root.
  for (const name of ['.', ...readdirSync(path)]) chmodSync(join(path, name), 0o777)
  return { path, file: join(path, 'workspace.sqlite'), outside }
}
