import { migration001 } from './migrations/001.ts'
import { migration002 } from './migrations/002.ts'
import { migration003 } from './migrations/003.ts'
import { migration004 } from './migrations/004.ts'

/** "KSCO", in the header of every workspace.sqlite, so that a stray SQLite file is not taken for ours. */
export const applicationId = 0x4b53434f

/** Migrations in order; `user_version` is the number applied. A migration that has been released is never edited. */
export const migrations: readonly string[] = [migration001, migration002, migration003, migration004]
