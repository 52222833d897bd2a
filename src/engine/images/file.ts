import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { KernelscopeError, type ErrorCode } from '#shared/errors.ts'
import { locate, readPacked, type Packed } from '../archives/index.ts'
import { parseRowPath } from './arrays/rowPath.ts'
import { openWithoutWaiting, showPath as textOf, type FilePath } from '../base/userFile.ts'

/** Where an image is: a path, also of a file in an archive, or the place in an archive that such a path was found to mean. */
export type ImagePath = FilePath | Packed

const isPacked = (path: ImagePath): path is Packed => typeof path === 'object' && 'place' in path

/** A path as text for messages. */
export const showPath = (path: ImagePath): string => (isPacked(path) ? path.path : textOf(path))

/** Largest file that is read as an image, in bytes. Images within the pixel limit are smaller in every supported format. */
const maxFileBytes = 1 << 30

const codes: Record<string, ErrorCode> = { ENOENT: 'FILE_MISSING', ENOTDIR: 'FILE_MISSING' }

function systemError(path: FilePath, cause: unknown): KernelscopeError {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return new KernelscopeError(
    codes[code] ?? 'FILE_UNREADABLE',
    `cannot read ${textOf(path)}: ${code || 'unknown'}`,
    {
      cause,
    },
  )
}

/**
 * An image as it is sent to a worker: files in archives are located, so that no worker has to list the archive. Rows of array
 * files stay paths.
 *
 * @throws the errors of `locate`
 */
export const located = async (path: FilePath): Promise<ImagePath> =>
  typeof path === 'string' && !parseRowPath(path) ? ((await locate(path)) ?? path) : path

/**
 * Reads the bytes of an image, and the time of its last change, or that of its archive, in whole milliseconds since 1970.
 *
 * @throws FILE_MISSING where there is no such file
 * @throws FILE_UNREADABLE where the system cannot read it (permissions, symlink loops, failing disks)
 * @throws IMAGE_UNREADABLE where it is a directory, a device, a named pipe, empty, or larger than 1 GiB
 */
export async function readImageFile(path: ImagePath): Promise<{ bytes: Buffer; mtime: number }> {
  if (isPacked(path)) return { bytes: await bytesOf(path), mtime: path.archive.mtime }
  const packed = await located(path)
  return isPacked(packed) ? readImageFile(packed) : readPlainFile(packed)
}

async function bytesOf(packed: Packed): Promise<Buffer> {
  const refuse = (what: string) => new KernelscopeError('IMAGE_UNREADABLE', `${packed.path} is ${what}`)
  const { place } = packed
  if (place.kind !== 'row' && place.bytes === 0) throw refuse('empty')
  if (place.kind !== 'row' && place.bytes > maxFileBytes) throw refuse(`larger than ${maxFileBytes} bytes`)
  return readPacked(packed)
}

async function readPlainFile(path: FilePath): Promise<{ bytes: Buffer; mtime: number }> {
  let file: FileHandle
  try {
    file = await openWithoutWaiting(path)
  } catch (cause) {
    throw systemError(path, cause)
  }
  try {
    const stat = await file.stat()
    const refuse = (what: string) => new KernelscopeError('IMAGE_UNREADABLE', `${textOf(path)} is ${what}`)
    if (stat.isDirectory()) throw refuse('a directory')
    if (!stat.isFile()) throw refuse('not a regular file')
    if (stat.size === 0) throw refuse('empty')
    if (stat.size > maxFileBytes) throw refuse(`larger than ${maxFileBytes} bytes`)
    return { bytes: await file.readFile(), mtime: Math.trunc(stat.mtimeMs) }
  } catch (cause) {
    throw cause instanceof KernelscopeError ? cause : systemError(path, cause)
  } finally {
    await file.close()
  }
}

/** SHA-256 of the bytes, hex. */
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
