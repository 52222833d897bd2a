import { basename } from 'node:path'
import { stat } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'
import type { Archive, Entry, Packed } from './entry.ts'
import { openArchive } from './open.ts'
import { inArchive, type InArchive } from './path.ts'

async function entryAt({ file, inside }: InArchive): Promise<{ archive: Archive; entry: Entry } | null> {
  const archive = await openArchive(file)
  const entry = archive.find(inside)
  return entry && { archive, entry }
}

/**
 * Finds a file in an archive by its path; null for the path of an ordinary file.
 *
 * @throws FILE_MISSING where the archive is gone or holds no such file
 * @throws FILE_UNREADABLE where the archive cannot be read
 * @throws IMAGE_UNREADABLE where the file in it cannot be read
 */
export async function locate(path: string): Promise<Packed | null> {
  const split = inArchive(path)
  if (!split || split.inside === '') return null
  const found = await entryAt(split)
  if (!found)
    throw new KernelscopeError('FILE_MISSING', `${basename(split.file)} holds no ${split.inside}`, {
      hint: 'Index the dataset again.',
    })
  const { archive, entry } = found
  if (!entry.place)
    throw new KernelscopeError('IMAGE_UNREADABLE', `${path} cannot be read: ${entry.problem ?? 'unknown'}`)
  const { file, size, mtime } = archive
  return { path, archive: { file, size, mtime }, place: entry.place }
}

/** Size in bytes and time of a file, also of one in an archive: then the time of the archive. */
export interface FileState {
  bytes: number
  mtime: number
}

/** Size and time of the regular file at a path; null where there is none, or the archive cannot be read. */
export async function fileState(path: string): Promise<FileState | null> {
  const split = inArchive(path)
  if (split && split.inside !== '') {
    const found = await entryAt(split).catch(unreadable)
    return found?.entry.place ? { bytes: found.entry.bytes, mtime: found.archive.mtime } : null
  }
  const found = await stat(path).catch(() => null)
  return found?.isFile() ? { bytes: found.size, mtime: Math.round(found.mtimeMs) } : null
}

function unreadable(error: unknown): null {
  if (error instanceof KernelscopeError) return null
  throw error
}
