import { lstatSync, rmSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { databaseName } from './schema.ts'

const logs = ['-wal', '-shm', '-journal']
/** Files that are made again where they are missing. */
const disposable = ['thumbnails.sqlite', 'summaries.sqlite', 'browse.sqlite'].flatMap((name) =>
  ['', ...logs].map((end) => name + end),
)
const folders = ['weights', 'draws', 'exports', 'backups', 'adversarial', 'frames', 'archives', 'lists']

/**
 * Checks that what bears a name of a workspace's own is a file or a folder, since the folder may come from someone else.
 * Changes nothing. A folder may be a link, to one on a larger disk; what is in it is then never removed.
 *
 * @throws FILE_UNREADABLE where the database or its log is a link, or something else bears such a name
 */
export function checkEntries(directory: string): void {
  const file = join(directory, databaseName)
  if (isLink(file))
    throw new KernelscopeError('FILE_UNREADABLE', `the database is a link: ${file}`, {
      hint: 'Open the folder that the link leads to, so that no two programs write to it at once, or open this one read-only.',
    })
  for (const end of logs) if (isLink(file + end)) throw mustBe('a regular file', file + end)
  for (const name of [
    ...logs.map((end) => databaseName + end),
    ...disposable,
    'workspace.lock',
    'workspace.owner',
  ]) {
    const found = entryAt(join(directory, name))
    if (found && !found.isFile() && !found.isSymbolicLink())
      throw mustBe('a regular file', join(directory, name))
  }
  for (const name of folders) {
    const found = entryAt(join(directory, name))
    if (found && !found.isDirectory() && !found.isSymbolicLink())
      throw mustBe('a folder', join(directory, name))
  }
}

/** Removes links in place of files that are made again: SQLite would write to what they lead to. */
export function removeLinks(directory: string): void {
  for (const name of disposable) if (isLink(join(directory, name))) rmSync(join(directory, name))
}

/** Whether a path itself is a link, wherever it leads. */
export const isLink = (path: string): boolean => entryAt(path)?.isSymbolicLink() ?? false

function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    // What cannot be told is reported by who uses it.
    return undefined
  }
}

const mustBe = (what: string, path: string) =>
  new KernelscopeError('FILE_UNREADABLE', `not ${what}: ${path}`, {
    hint: 'It bears a name that a workspace uses. Move it away, then open the workspace again.',
  })
