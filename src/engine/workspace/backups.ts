import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import type { WorkspaceBackup } from '#shared/contract/index.ts'
import { databaseName } from './schema.ts'

/** Why a backup was made, with how many of the kind are kept. */
const kept = { daily: 5, asked: 5, schema: 2, replaced: 3 } as const

/** Why a backup was made: once a day of use, by a person, before a migration, before something took the database's place. */
export type BackupReason = keyof typeof kept

const foldersOf = (place: string) => join(place, 'backups')

/** Backups are named by time, reason and, before a migration, schema: 2026-11-30T01-23-45.678Z.daily.sqlite. */
const named = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)\.(daily|asked|replaced|schema)(?:-\d+)?\.sqlite$/
/** Copies that earlier versions made before a migration. */
const earlier = /^workspace\.sqlite\.schema-\d+$/

/** Returns the path of a new backup. Its folder is made by who writes it. */
export const newBackup = (place: string, reason: BackupReason, schema?: number): string => {
  const time = new Date().toISOString().replaceAll(':', '-')
  return join(foldersOf(place), `${time}.${reason}${schema === undefined ? '' : `-${schema}`}.sqlite`)
}

/** Lists the backups of a workspace, the newest first. */
export function listBackups(place: string): WorkspaceBackup[] {
  const folder = foldersOf(place)
  const own = existsSync(folder)
    ? readdirSync(folder).flatMap((name) => {
        const found = named.exec(name)
        if (!found) return []
        const at = Date.parse((found[1] ?? '').replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'))
        return [backup(join(folder, name), name, reasonOf(found[2]), at)]
      })
    : []
  const before = readdirSync(place)
    .filter((name) => earlier.test(name))
    .map((name) => backup(join(place, name), name, 'schema', Math.round(statSync(join(place, name)).mtimeMs)))
  return [...own, ...before].sort((a, b) => b.at - a.at)
}

const reasonOf = (text = ''): BackupReason =>
  text === 'daily' || text === 'asked' || text === 'replaced' ? text : 'schema'

const backup = (path: string, name: string, reason: BackupReason, at: number): WorkspaceBackup => ({
  name,
  path,
  reason,
  at,
  bytes: [path, `${path}-wal`].reduce((sum, file) => sum + sizeOf(file), 0),
})

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/**
 * Finds a backup by its name.
 *
 * @throws BACKUP_NOT_FOUND where there is none of the name
 */
export function backupNamed(place: string, name: string): WorkspaceBackup {
  const found = listBackups(place).find((one) => one.name === name)
  if (found) return found
  throw new KernelscopeError('BACKUP_NOT_FOUND', `the workspace has no backup ${name}: ${place}`)
}

/** Removes the oldest backups of each reason beyond those that are kept. Copies of earlier versions stay. */
export function rotateBackups(place: string): void {
  const all = Map.groupBy(
    listBackups(place).filter(({ name }) => named.test(name)),
    ({ reason }) => reason,
  )
  for (const [reason, same] of all)
    for (const { path } of same.slice(kept[reason]))
      for (const file of [path, `${path}-wal`]) rmSync(file, { force: true })
}

const hour = 60 * 60 * 1000
const day = 24 * hour

/** Whether a day has passed since the last backup (an hour, before the first one), and the database has changed since. */
export function isBackupDue(place: string, now = Date.now()): boolean {
  const last = listBackups(place).find(({ reason }) => reason === 'daily' || reason === 'asked')
  const file = join(place, databaseName)
  if (!last) return now - statSync(file).birthtimeMs > hour
  const changed = Math.max(
    ...[file, `${file}-wal`].map((path) => (sizeOf(path) > 0 ? statSync(path).mtimeMs : 0)),
  )
  return now - last.at > day && changed > last.at
}
