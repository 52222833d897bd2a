import type Database from 'better-sqlite3'
import { addFactFunctions } from './facts/functions.ts'
import { rowDigest, type Stored } from './rowDigest.ts'

/** Lets a connection use `row_digest` and the functions of facts in SQL and in triggers. */
export function addFunctions(db: Database.Database): void {
  // Functions of the application are not allowed in triggers otherwise.
  db.pragma('trusted_schema = ON')
  db.function('row_digest', { varargs: true, deterministic: true }, (...values: unknown[]) =>
    rowDigest(values as Stored[]),
  )
  addFactFunctions(db)
}
