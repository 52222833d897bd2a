import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { KernelscopeError } from '#shared/errors.ts'
import { asReadError, requireRegular } from '../base/userFile.ts'
import { applicationId, migrations } from './schema.ts'

const magic = 'SQLite format 3\0'

/**
 * Checks from its 100-byte header that a file is a workspace database which this version can open. Does not use SQLite,
 * and so writes nothing (file format: sqlite.org/fileformat2, section 1.3).
 *
 * @throws WORKSPACE_MISSING where the file does not exist
 * @throws FILE_UNREADABLE where it is no regular file, or may not be read
 * @throws WORKSPACE_CORRUPT where it is no SQLite database or is cut off
 * @throws WORKSPACE_FOREIGN where it belongs to another program
 * @throws WORKSPACE_NEWER where it has a newer schema
 */
export function checkDatabaseFile(file: string): void {
  if (!existsSync(file))
    throw new KernelscopeError('WORKSPACE_MISSING', `no workspace.sqlite in the folder: ${file}`)
  requireRegular(file)
  const header = headerOf(file)
  if (header.length < 100)
    throw new KernelscopeError('WORKSPACE_CORRUPT', `the database is shorter than its header: ${file}`)
  if (header.toString('latin1', 0, 16) !== magic) {
    throw new KernelscopeError('WORKSPACE_CORRUPT', `not an SQLite database: ${file}`)
  }
  if (header.readUInt32BE(68) !== applicationId) {
    throw new KernelscopeError('WORKSPACE_FOREIGN', `the SQLite database belongs to another program: ${file}`)
  }
  const version = header.readUInt32BE(60)
  if (version > migrations.length) {
    throw new KernelscopeError(
      'WORKSPACE_NEWER',
      `the workspace has schema ${version}, this Kernelscope knows ${migrations.length}: ${file}`,
    )
  }
  if (!existsSync(`${file}-wal`)) checkLength(file, header)
}

/** The first 100 bytes of a file, or as many as it has. */
function headerOf(file: string): Buffer {
  const header = Buffer.alloc(100)
  try {
    const fd = openSync(file, 'r')
    try {
      return header.subarray(0, readSync(fd, header, 0, 100, 0))
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    throw asReadError(error, file)
  }
}

/**
 * Refuses a file that is shorter than its header says. Called without a write-ahead log, when the page count is
 * current.
 */
function checkLength(file: string, header: Buffer): void {
  const encoded = header.readUInt16BE(16)
  const pageSize = encoded === 1 ? 65536 : encoded
  const expected = pageSize * header.readUInt32BE(28)
  const actual = statSync(file).size
  if (actual < expected) {
    throw new KernelscopeError(
      'WORKSPACE_CORRUPT',
      `the database is cut off (${actual} of ${expected} bytes): ${file}`,
    )
  }
}
