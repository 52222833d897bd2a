import { accessSync, constants, statfsSync } from 'node:fs'
import { KernelscopeError } from '#shared/errors.ts'

/** Whether an error comes from the file system. SQLite's errors have a code as well, but no `syscall`. */
export const isOfFileSystem = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error

/** Whether an error says that the disk or the quota is full. */
export const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')

/** Why the system refuses, by its code. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ELOOP: 'its links lead to themselves',
  ENAMETOOLONG: 'its name is too long',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
}

const missing = new Set(['ENOENT', 'ENOTDIR'])

/**
 * Turns an error of the file system into DISK_FULL, FILE_MISSING or FILE_UNREADABLE, which names the file and the reason.
 * Returns any other error unchanged.
 *
 * @param path file or folder that was used; the one that the system names when left out
 */
export function asSystemError(error: unknown, path?: string): unknown {
  if (!isOfFileSystem(error)) return error
  const { code = '', syscall = '' } = error
  const name = path ?? error.path ?? 'a file'
  if (isFull(error))
    return new KernelscopeError('DISK_FULL', `no space left to write ${name}`, { cause: error })
  if (missing.has(code))
    return new KernelscopeError('FILE_MISSING', `${name} does not exist`, { cause: error })
  const reason = `${reasons[code] ?? code} (${syscall})`
  return new KernelscopeError('FILE_UNREADABLE', `cannot use ${name}: ${reason}`, {
    cause: error,
    hint: 'Check its permissions and those of its folder, or choose another place.',
  })
}

/** Free bytes below which SQLite's reports of a failing disk mean that it is full. */
const little = 2 ** 20

/** Whether a folder can be written, but its disk has next to no room. */
export function hasNoRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < little
  } catch {
    return false
  }
}
