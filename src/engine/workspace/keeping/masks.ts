import Database from 'better-sqlite3'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Damage } from '#shared/contract/index.ts'

/** Checks the files of drawn masks with SQLite's own check. */
export function verifyMasks(folder: string): Damage[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite'))
    .flatMap((name) => {
      const message = verdictOf(join(folder, name))
      return message === null
        ? []
        : [{ step: 'drawn masks', message: `${name}: ${message}`, rows: null, heals: 'no' as const }]
    })
}

function verdictOf(file: string): string | null {
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true })
    try {
      const verdict = String(db.pragma('integrity_check(1)', { simple: true }))
      return verdict === 'ok' ? null : verdict
    } finally {
      db.close()
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
