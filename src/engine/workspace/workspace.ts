import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { WorkspaceInfo } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { isDraft, sweepDrafts } from '../base/draft.ts'
import { asSystemError } from '../base/systemError.ts'
import { checkDatabaseFile } from './check.ts'
import { asWorkspaceError, createDatabase, openDatabase, readDatabase, type Db } from './database.ts'
import { checkEntries, isLink, removeLinks } from './entries.ts'
import { describe } from './info.ts'
import { isOfLock, lockWorkspace, type Lock } from './lock.ts'
import { arriveAt } from './origin.ts'
import { databaseName } from './schema.ts'
import { openThumbnails, type Thumbnails } from './thumbnails.ts'

/** The database and the folders of a workspace: all that reading studies needs. */
export interface WorkspaceFiles {
  readonly path: string
  readonly db: Db
  /** Folder of variant graphs and their shared weights. */
  readonly weights: string
  readonly draws: string
}

/** An open workspace: a folder with workspace.sqlite, thumbnails.sqlite, weights/, draws/ and exports/. */
export interface Workspace extends WorkspaceFiles {
  /** The folder that a person knows it by: `path`, except where a copy is read. */
  readonly place: string
  /** Why it is only read; null where it may be changed. */
  readonly readOnly: string | null
  /** Whether it has a place that a person chose. One that is not kept is removed when it is left. */
  readonly kept: boolean
  readonly thumbnails: Thumbnails
  /** The folder of exports that were given no place. Not written where the workspace is only read: see `exportsOf`. */
  readonly exports: string
  info(): WorkspaceInfo
  /** Whether the database in a folder is the open one, even under another path; false where the folder has none. */
  isAt(path: string): boolean
  close(): void
}

/**
 * Checks that a folder can become a workspace: it is empty, or does not exist.
 *
 * @param begun whether it may hold what is left where the creation of a workspace was killed
 * @throws WORKSPACE_EXISTS where the folder has a workspace or any file
 * @throws WORKSPACE_MISSING where the path is no folder
 */
export function checkNewFolder(path: string, begun = false): void {
  const directory = resolve(path)
  const is = placeAt(directory)
  if (is === 'workspace')
    throw new KernelscopeError('WORKSPACE_EXISTS', `there is a workspace already: ${directory}`)
  if (is === 'file') throw new KernelscopeError('WORKSPACE_MISSING', `not a folder: ${directory}`)
  const left = is === 'full' ? readdirSync(directory) : []
  if (!left.every((name) => begun && (isDraft(name) || isOfLock(name))))
    throw new KernelscopeError('WORKSPACE_EXISTS', `the folder is not empty: ${directory}`)
}

/** What is at a path: nothing yet, an empty folder, a workspace, a folder with other files, or a file. */
export function placeAt(directory: string): 'new' | 'empty' | 'workspace' | 'full' | 'file' {
  if (existsSync(join(directory, databaseName))) return 'workspace'
  if (!existsSync(directory)) return 'new'
  if (!statSync(directory).isDirectory()) return 'file'
  return readdirSync(directory).length > 0 ? 'full' : 'empty'
}

/**
 * Creates a workspace in an empty or new folder. An error leaves nothing of it.
 *
 * @param kept false for one that is removed when it is left
 * @throws WORKSPACE_EXISTS, WORKSPACE_MISSING where `checkNewFolder` throws them
 * @throws WORKSPACE_LOCKED where another process uses the folder
 * @throws DISK_FULL, FILE_UNREADABLE where the folder cannot be made or written
 */
export function createWorkspace(path: string, kept = true): Workspace {
  const directory = resolve(path)
  try {
    checkNewFolder(directory, true)
  } catch (error) {
    throw asSystemError(error, directory)
  }
  let made: string | undefined
  try {
    made = mkdirSync(directory, { recursive: true })
    return assemble(directory, { kept, database: createDatabase })
  } catch (error) {
    // Where it is locked, another program has just made one here.
    const own = !(error instanceof KernelscopeError && error.code === 'WORKSPACE_LOCKED')
    if (own) clear(made ?? directory, made !== undefined)
    throw asSystemError(error, directory)
  }
}

/** Removes a folder, or what was put into it. */
function clear(folder: string, whole: boolean): void {
  if (whole) rmSync(folder, { recursive: true, force: true })
  else if (existsSync(folder) && statSync(folder).isDirectory())
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true })
}

/**
 * Opens a workspace. An error leaves it unchanged.
 *
 * @param kept false for one that is removed when it is left
 * @throws WORKSPACE_MISSING, WORKSPACE_CORRUPT, WORKSPACE_FOREIGN, WORKSPACE_NEWER, WORKSPACE_LOCKED where it cannot be
 *   opened
 * @throws FILE_UNREADABLE where a file of it may not be used, or is something else
 */
export function openWorkspace(path: string, kept = true): Workspace {
  const directory = resolve(path)
  if (!existsSync(join(directory, databaseName))) {
    throw new KernelscopeError('WORKSPACE_MISSING', `no workspace here: ${directory}`)
  }
  checkEntries(directory)
  checkDatabaseFile(join(directory, databaseName))
  return assemble(directory, { kept })
}

/** A workspace that is only read. */
export interface ReadWorkspace extends WorkspaceFiles {
  close(): void
}

/** Opens a workspace that the engine holds open for reading, on a connection of its own. Another thread may do so. */
export function readWorkspace(path: string): ReadWorkspace {
  const db = readDatabase(join(path, databaseName))
  return {
    path,
    db,
    weights: join(path, 'weights'),
    draws: join(path, 'draws'),
    close: () => void db.close(),
  }
}

interface Assembling {
  kept?: boolean
  database?: (file: string) => Db
  place?: string
  readOnly?: string | null
}

/** Locks the folder of a workspace, and opens its database and its thumbnails. */
export function assemble(
  path: string,
  { kept = true, database = openDatabase, place = path, readOnly = null }: Assembling,
): Workspace {
  const lock = lockWorkspace(path)
  let db: Db | null = null
  try {
    const opened = database(join(path, databaseName))
    db = opened
    const own = fileAt(place)
    removeLinks(path)
    const weights = folder(path, 'weights')
    const draws = folder(path, 'draws')
    const exports = readOnly === null ? folder(path, 'exports') : join(place, 'exports')
    for (const drafted of [path, draws, join(path, 'backups'), ...foldersIn(weights)]) removeDrafts(drafted)
    for (const drafted of foldersIn(join(path, 'adversarial'))) removeDrafts(drafted)
    for (const drafted of foldersIn(exports)) sweepDrafts(drafted)
    arriveAt(opened, path)
    const thumbnails = openThumbnails(join(path, 'thumbnails.sqlite'))
    return {
      path,
      place,
      readOnly,
      kept,
      db: opened,
      thumbnails,
      weights,
      draws,
      exports,
      info: () => describe({ path, place, readOnly, db: opened, kept }),
      isAt: (other) => own !== null && fileAt(other) === own,
      close() {
        // Of threads that were ended in the middle of writing.
        for (const drafted of [...foldersIn(weights), ...foldersIn(join(path, 'adversarial'))])
          sweepDrafts(drafted, true)
        close(opened, thumbnails, lock)
      },
    }
  } catch (error) {
    db?.close()
    lock.release()
    throw asWorkspaceError(error, join(path, databaseName))
  }
}

/** Returns the device and inode of the database in a folder, which identify it; null where there is none. */
function fileAt(path: string): string | null {
  try {
    const { dev, ino } = statSync(join(resolve(path), databaseName), { bigint: true })
    return `${dev} ${ino}`
  } catch {
    return null
  }
}

function folder(path: string, name: string): string {
  const directory = join(path, name)
  mkdirSync(directory, { recursive: true })
  return directory
}

/** A folder and its subfolders; nothing where there is no such folder, or it is a link. */
function foldersIn(directory: string): string[] {
  if (isLink(directory) || !existsSync(directory)) return []
  const entries = readdirSync(directory, { withFileTypes: true })
  return [directory, ...entries.flatMap((entry) => (entry.isDirectory() ? join(directory, entry.name) : []))]
}

/**
 * Removes unfinished files of processes that died. This process holds the lock, so files that are newer than the
 * process are its own, and stay. What a link leads to is somebody else's.
 */
function removeDrafts(directory: string): void {
  if (isLink(directory) || !existsSync(directory)) return
  sweepDrafts(directory)
  for (const name of readdirSync(directory).filter((file) => /^\..*\.tmp(-\w+)?$|\.(tmp|part)$/.test(file))) {
    const path = join(directory, name)
    const found = statSync(path)
    if (found.isFile() && found.mtimeMs < performance.timeOrigin) rmSync(path)
  }
}

function close(db: Db, thumbnails: Thumbnails, lock: Lock): void {
  thumbnails.close()
  db.close()
  lock.release()
}

/**
 * The folder of exports that were given no place.
 *
 * @throws WORKSPACE_READONLY where the workspace is only read
 */
export function exportsOf({ exports, readOnly }: Workspace): string {
  if (readOnly === null) return exports
  throw new KernelscopeError('WORKSPACE_READONLY', 'a workspace that is only read takes no exports', {
    hint: 'Name a folder or a file outside the workspace.',
  })
}
