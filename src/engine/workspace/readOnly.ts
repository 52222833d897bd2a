import Database from 'better-sqlite3'
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { temporaryFolder } from '../base/temporary.ts'
import { asWriteError } from '../base/wholeFile.ts'
import { isLink } from './entries.ts'
import { checkDatabaseFile } from './check.ts'
import { asWorkspaceError, openDatabase } from './database.ts'
import { databaseName } from './schema.ts'
import { assemble, type Workspace } from './workspace.ts'

/**
 * Why a workspace can only be read: its folder or its database may not be written, by right or because of how the disk is
 * mounted. null where both may be written, or where there is no workspace.
 */
export function whyReadOnly(path: string): string | null {
  const file = join(resolve(path), databaseName)
  if (!existsSync(file)) return null
  if (!mayWrite(resolve(path))) return `The folder cannot be written: ${resolve(path)}`
  return mayWrite(file) ? null : `The database cannot be written: ${file}`
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Opens a copy of a workspace in the temporary folder, as it is now. What is worked out while it is looked at is kept
 * there and removed when it is closed; nothing is written into the workspace's own folder. A copy of an older schema is
 * migrated.
 *
 * @param reason why it is opened so, shown to the user
 * @throws WORKSPACE_MISSING, WORKSPACE_CORRUPT, WORKSPACE_FOREIGN, WORKSPACE_NEWER where it cannot be opened
 * @throws DISK_FULL where the temporary folder has no room for the copy
 */
export async function openReadOnly(path: string, reason: string): Promise<Workspace> {
  const place = resolve(path)
  const file = join(place, databaseName)
  if (!existsSync(file)) throw new KernelscopeError('WORKSPACE_MISSING', `no workspace here: ${place}`)
  checkDatabaseFile(file)
  checkRoom(file)
  const folder = temporaryFolder('readonly')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    await copyDatabase(file, join(folder, databaseName))
    copyDraws(join(place, 'draws'), join(folder, 'draws'))
    makeWritable(folder)
    const workspace = assemble(folder, {
      place,
      readOnly: reason,
      database: (copy) => openDatabase(copy, false),
    })
    return {
      ...workspace,
      close() {
        workspace.close()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw asWriteError(asWorkspaceError(error, file), file)
  }
}

/** Copies the masks that were drawn. What links lead to is somebody else's. */
function copyDraws(from: string, to: string): void {
  if (isLink(from) || !existsSync(from)) return
  cpSync(from, to, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter(path) {
      const found = lstatSync(path)
      return found.isFile() || found.isDirectory()
    },
  })
}

/** Files are copied with their rights. */
function makeWritable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    chmodSync(path, entry.isDirectory() ? 0o700 : 0o600)
    if (entry.isDirectory()) makeWritable(path)
  }
}

/** @throws DISK_FULL where the temporary folder has less room than the database takes */
function checkRoom(file: string): void {
  const { bavail, bsize } = statfsSync(tmpdir())
  const { size } = statSync(file)
  if (bavail * bsize > size) return
  throw new KernelscopeError(
    'DISK_FULL',
    `the temporary folder has no room for a copy of ${file} (${Math.ceil(size / 2 ** 20)} MiB): ${tmpdir()}`,
    {
      hint: 'A workspace that is only read is copied there. Free some space, or let TMPDIR name another folder.',
    },
  )
}

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0
const stampOf = (file: string) => {
  const { size, mtimeNs } = statSync(file, { bigint: true })
  return `${size} ${mtimeNs}`
}

/** Copies a database with its write-ahead log, as of one moment, while another program may be writing it. */
async function copyDatabase(file: string, target: string): Promise<void> {
  const log = `${file}-wal`
  // Without a log the file is complete, and nobody has it open. SQLite would create a log to read it.
  if (sizeOf(log) === 0) {
    const before = stampOf(file)
    await copyFile(file, target, constants.COPYFILE_FICLONE)
    if (sizeOf(log) === 0 && stampOf(file) === before) return
    rmSync(target)
  }
  const db = openAsReader(file)
  if (db === null) {
    copyFileSync(file, target)
    if (existsSync(log)) copyFileSync(log, `${target}-wal`)
    return
  }
  try {
    // One read transaction: the copy is not begun again when another program writes meanwhile.
    db.exec('BEGIN')
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    await db.backup(target)
  } finally {
    db.close()
  }
}

/** Returns null where the log cannot be read in place, because its index may not be written. */
function openAsReader(file: string): Database.Database | null {
  if (!existsSync(`${file}-shm`)) return null
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch {
    db.close()
    return null
  }
}
