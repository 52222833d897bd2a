import { constants, statSync, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { asSystemError } from './systemError.ts'

/** A path as text, or as bytes where it is not UTF-8. */
export type FilePath = string | Uint8Array

/** Most bytes of a file that is read at once. */
const mostBytes = 2 ** 30

/** A path as text for messages. */
export const showPath = (path: FilePath): string =>
  typeof path === 'string' ? path : Buffer.from(path).toString('utf8')

/**
 * Opens what is at a path for reading, without waiting at a pipe until a process writes to it.
 *
 * @throws the error of the system
 */
export function openWithoutWaiting(path: FilePath): Promise<FileHandle> {
  // Windows has no such flag and no such pipes.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
  return open(typeof path === 'string' ? path : Buffer.from(path), flags)
}

/**
 * Opens a file of the user for reading. All such files are opened here: a pipe or a device is refused, because reading
 * it may never end.
 *
 * @throws FILE_MISSING where there is no such file
 * @throws FILE_UNREADABLE where it is no regular file, or the system cannot read it
 */
export async function openUserFile(path: FilePath): Promise<FileHandle> {
  requireName(path)
  let file: FileHandle
  try {
    file = await openWithoutWaiting(path)
  } catch (cause) {
    throw asReadError(cause, path)
  }
  try {
    const found = await file.stat()
    if (!found.isFile()) throw notRegular(path, found.isDirectory())
    return file
  } catch (error) {
    await file.close()
    throw asReadError(error, path)
  }
}

/**
 * Does something with a file of the user and closes it.
 *
 * @throws the errors of `openUserFile` and `use`
 */
export async function withUserFile<T>(path: FilePath, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await openUserFile(path)
  try {
    return await use(file)
  } catch (error) {
    throw asReadError(error, path)
  } finally {
    await file.close()
  }
}

/**
 * Reads a file of the user.
 *
 * @param most largest size in bytes
 * @throws FILE_MISSING, FILE_UNREADABLE like `openUserFile`; FILE_UNREADABLE where it is larger than `most`
 */
export const readUserFile = (path: FilePath, most = mostBytes): Promise<Buffer> =>
  withUserFile(path, async (file) => {
    const { size } = await file.stat()
    if (size <= most) return file.readFile()
    throw new KernelscopeError('FILE_UNREADABLE', `${showPath(path)} has more than ${most} bytes`, {
      hint: 'Choose another file; this one is too large for what it should be.',
    })
  })

/** Reads a file of the user as UTF-8, at most 256 MiB, without a mark of byte order. Throws like `readUserFile`. */
export const readUserText = async (path: FilePath): Promise<string> =>
  (await readUserFile(path, 2 ** 28)).toString('utf8').replace(/^\ufeff/, '')

/**
 * Reads a file of the user piece by piece.
 *
 * @param length bytes of a piece
 * @throws FILE_MISSING, FILE_UNREADABLE like `openUserFile`
 */
export async function* piecesOf(path: FilePath, length = 2 ** 18): AsyncGenerator<Buffer, void, undefined> {
  const file = await openUserFile(path)
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } catch (error) {
    throw asReadError(error, path)
  } finally {
    await file.close()
  }
}

/**
 * Refuses what is no regular file, for what opens a file by its path itself.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE like `openUserFile`
 */
export function requireRegular(path: string): void {
  const found = statOf(path)
  if (!found.isFile()) throw notRegular(path, found.isDirectory())
}

/**
 * Refuses what is no folder.
 *
 * @throws FILE_MISSING where there is no such folder
 * @throws FILE_UNREADABLE where the system cannot tell
 */
export function requireFolder(path: string): void {
  if (!statOf(path).isDirectory()) throw new KernelscopeError('FILE_MISSING', `not a folder: ${path}`)
}

function statOf(path: string): Stats {
  requireName(path)
  try {
    return statSync(path)
  } catch (cause) {
    throw asReadError(cause, path)
  }
}

/** No file has a name with a zero byte, and the system is not asked for one. */
function requireName(path: FilePath): void {
  if (typeof path === 'string' ? path.includes('\0') : path.includes(0))
    throw new KernelscopeError('FILE_MISSING', `${showPath(path).replaceAll('\0', '\\0')} does not exist`)
}

/** Turns an error of the file system into one with a code, like `asSystemError`. */
export const asReadError = (error: unknown, path: FilePath): unknown => asSystemError(error, showPath(path))

const notRegular = (path: FilePath, folder: boolean): KernelscopeError =>
  new KernelscopeError(
    'FILE_UNREADABLE',
    `${showPath(path)} is ${folder ? 'a folder' : 'not a regular file'}`,
    {
      hint: 'Choose a file. Pipes and devices are not read.',
    },
  )
