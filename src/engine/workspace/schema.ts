import type { Db } from './db.ts'
import { migration001 } from './migrations/001.ts'
import { migration002 } from './migrations/002.ts'
import { migration003 } from './migrations/003.ts'
import { migration004 } from './migrations/004.ts'
import { migration005 } from './migrations/005.ts'
import { migration006 } from './migrations/006.ts'
import { migration007 } from './migrations/007.ts'
import { migration008 } from './migrations/008.ts'
import { migration009 } from './migrations/009.ts'
import { migration010 } from './migrations/010.ts'
import { migration011 } from './migrations/011.ts'
import { migration012 } from './migrations/012.ts'

/** Name of the database in the folder of a workspace. */
export const databaseName = 'workspace.sqlite'

/** "KSCO", the SQLite application id of every workspace.sqlite. It tells them from databases of other programs. */
export const applicationId = 0x4b53434f

/** Migrations in order; `user_version` is the number that were applied. A released migration is never edited. */
export const migrations: readonly (string | ((db: Db) => void))[] = [
  migration001,
  migration002,
  migration003,
  migration004,
  migration005,
  migration006,
  migration007,
  migration008,
  migration009,
  migration010,
  migration011,
  migration012,
]

/** Applies the migrations from a schema to another one. Call it in a transaction. */
export function applyMigrations(db: Db, from: number, to = migrations.length): void {
  for (const migration of migrations.slice(from, to))
    if (typeof migration === 'string') db.exec(migration)
    else migration(db)
}
