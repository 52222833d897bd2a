import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { KernelscopeError, type ErrorCode } from '#shared/errors.ts'
import { openWithoutWaiting, showPath, type FilePath } from '../base/userFile.ts'

export { showPath, type FilePath }

/** Largest file that is read as an image, in bytes. Images within the pixel limit are smaller in every supported format. */
const maxFileBytes = 1 << 30

const codes: Record<string, ErrorCode> = { ENOENT: 'FILE_MISSING', ENOTDIR: 'FILE_MISSING' }

function systemError(path: FilePath, cause: unknown): KernelscopeError {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return new KernelscopeError(
    codes[code] ?? 'FILE_UNREADABLE',
    `cannot read ${showPath(path)}: ${code || 'unknown'}`,
    {
      cause,
    },
  )
}

/**
 * Reads the bytes of a regular file, and the time of its last change in whole milliseconds since 1970.
 *
 * @throws FILE_MISSING where there is no such file
 * @throws FILE_UNREADABLE where the system cannot read it (permissions, symlink loops, failing disks)
 * @throws IMAGE_UNREADABLE where it is a directory, a device, a named pipe, empty, or larger than 1 GiB
 */
export async function readImageFile(path: FilePath): Promise<{ bytes: Buffer; mtime: number }> {
  let file: FileHandle
  try {
    file = await openWithoutWaiting(path)
  } catch (cause) {
    throw systemError(path, cause)
  }
  try {
    const stat = await file.stat()
    const refuse = (what: string) => new KernelscopeError('IMAGE_UNREADABLE', `${showPath(path)} is ${what}`)
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
