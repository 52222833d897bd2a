import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { draftBeside } from '../base/draft.ts'
import { asWriteError } from '../base/wholeFile.ts'
import { backupNamed, newBackup, rotateBackups } from './backups.ts'
import { checkDatabaseFile } from './check.ts'
import { asWorkspaceError, checkContent, foldLog, withLog } from './database.ts'
import { lockWorkspace } from './lock.ts'
import { databaseName } from './schema.ts'

/** Files that are read from the database and would not notice that it went back. They are made again. */
const derived = ['browse.sqlite', 'summaries.sqlite']

/**
 * Puts a backup in the place of the database of a closed workspace. The present database is kept as a backup first, with its
 * log, as it is: it may be damaged.
 *
 * @throws BACKUP_NOT_FOUND where there is no such backup
 * @throws WORKSPACE_CORRUPT, WORKSPACE_FOREIGN, WORKSPACE_NEWER where the backup is damaged or of another program
 * @throws WORKSPACE_LOCKED where another process has the workspace open
 * @throws DISK_FULL where the disk is full; the workspace is unchanged
 */
export function restoreBackup(place: string, name: string): void {
  const { path } = backupNamed(place, name)
  checkDatabaseFile(path)
  try {
    checkContent(path)
  } catch (error) {
    throw asWorkspaceError(error, path)
  }
  replaceDatabase(place, path)
}

/**
 * Puts a copy of a database file in the place of the database of a closed workspace, after the present one was kept as a
 * backup.
 *
 * @throws WORKSPACE_LOCKED, DISK_FULL as `restoreBackup`
 */
export function replaceDatabase(place: string, by: string): void {
  const lock = lockWorkspace(place)
  const file = join(place, databaseName)
  const draft = draftBeside(file)
  try {
    copyWhole(by, draft)
    // It gets its name in one step, and brings no log.
    if (existsSync(`${by}-wal`)) copyWhole(`${by}-wal`, `${draft}-wal`)
    foldLog(draft)
    keepPresent(place, file)
    foldLog(file)
    for (const old of derived.flatMap((one) => withLog(join(place, one)))) rmSync(old, { force: true })
    for (const old of withLog(file).slice(1)) rmSync(old, { force: true })
    renameSync(draft, file)
    rotateBackups(place)
  } catch (error) {
    for (const left of withLog(draft)) rmSync(left, { force: true })
    throw asWriteError(error, file)
  } finally {
    lock.release()
  }
}

function keepPresent(place: string, file: string): void {
  if (!existsSync(file)) return
  const target = newBackup(place, 'replaced')
  mkdirSync(dirname(target), { recursive: true })
  if (existsSync(`${file}-wal`)) copyWhole(`${file}-wal`, `${target}-wal`)
  copyWhole(file, target)
}

function copyWhole(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
  const copy = openSync(to, 'r+')
  try {
    fsyncSync(copy)
  } finally {
    closeSync(copy)
  }
}
