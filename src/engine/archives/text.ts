import { existsSync } from 'node:fs'
import { KernelscopeError } from '#shared/errors.ts'
import { readUserFile, readUserText } from '../base/userFile.ts'
import { fileState, locate } from './locate.ts'
import { readPacked } from './read.ts'

/** Largest file of labels in an archive, in bytes. */
const mostBytes = 2 ** 28

/** Whether there is something at a path, also in an archive. */
export const isThere = async (path: string): Promise<boolean> =>
  existsSync(path) || (await fileState(path)) !== null

/**
 * Reads a file of the user, also one in an archive.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where it cannot be read or has more than 256 MiB
 */
export async function readFileAt(path: string): Promise<Buffer> {
  const packed = await locate(path)
  if (!packed) return readUserFile(path)
  const { place } = packed
  if (place.kind !== 'row' && place.bytes > mostBytes)
    throw new KernelscopeError('FILE_UNREADABLE', `${path} has more than ${mostBytes} bytes`)
  return readPacked(packed)
}

/** Reads a file of the user as UTF-8, also one in an archive, without a mark of byte order. Throws like `readFileAt`. */
export const readTextAt = async (path: string): Promise<string> =>
  (await locate(path)) ? (await readFileAt(path)).toString('utf8').replace(/^\ufeff/, '') : readUserText(path)
