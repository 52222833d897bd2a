import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import { KernelscopeError } from '#shared/errors.ts'
import { fillFrom } from '../base/fillFrom.ts'
import { LruMap, remembered } from '../base/lruMap.ts'
import { asReadError, openUserFile, withUserFile } from '../base/userFile.ts'
import type { Packed, Place } from './entry.ts'
import { locate } from './locate.ts'
import { readTableRow } from './parquet/row.ts'

/** Most archives that a thread keeps open. */
const mostOpen = 32
const localHeader = 30

const inflate = promisify(inflateRaw)

class Handles extends LruMap<string, Promise<FileHandle>> {
  override delete(key: string, only?: Promise<FileHandle>): void {
    const opened = this.get(key)
    super.delete(key, only)
    // Waits for what is being read.
    if (opened && this.get(key) === undefined) void opened.then((file) => file.close()).catch(() => undefined)
  }
}

const handles = new Handles(mostOpen)

/** The archive, opened once in this thread. One that was replaced is another one. */
const handleOf = ({ archive: { file, size, mtime } }: Packed): Promise<FileHandle> =>
  remembered(handles, `${file} ${size} ${mtime}`, () => openUserFile(file))

/** Something that is read at any place: a file, or a file in an archive. */
export interface RandomAccess {
  /** Bytes of it. */
  size: number
  /** Time of its last change in whole milliseconds since 1970. */
  mtime: number
  /** Reads into `target` from a place on. Gives the number of bytes, fewer at the end. */
  read(target: Uint8Array, from: number): Promise<number>
}

/**
 * Does something with a file that is read at any place, also one that is stored in an archive.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE like `openUserFile` and `locate`
 */
export async function withBytes<T>(path: string, use: (bytes: RandomAccess) => Promise<T>): Promise<T> {
  const packed = await locate(path)
  if (!packed)
    return withUserFile(path, async (file) => {
      const { size, mtimeMs } = await file.stat()
      const read = async (target: Uint8Array, from: number) => fillFrom(file, target, from)
      return use({ size, mtime: Math.round(mtimeMs), read })
    })
  const { place, archive } = packed
  if (place.kind !== 'stored') {
    const bytes = await readPacked(packed)
    const read = (target: Uint8Array, from: number) => {
      const part = bytes.subarray(from, from + target.length)
      target.set(part)
      return Promise.resolve(part.length)
    }
    return use({ size: bytes.length, mtime: archive.mtime, read })
  }
  const file = await handleOf(packed)
  const read = (target: Uint8Array, from: number) =>
    fillFrom(file, target.subarray(0, Math.max(0, place.bytes - from)), place.offset + from)
  return use({ size: place.bytes, mtime: archive.mtime, read })
}

/**
 * Reads a file of an archive.
 *
 * @throws IMAGE_UNREADABLE where the archive ends inside it, or it is damaged
 * @throws FILE_MISSING, FILE_UNREADABLE where the archive cannot be read
 */
export async function readPacked(packed: Packed): Promise<Buffer> {
  const { place, archive } = packed
  try {
    if (place.kind === 'row')
      return await readTableRow(
        async (target, from) => fillFrom(await handleOf(packed), target, from),
        packed,
        place.row,
      )
    return await bytesAt(await handleOf(packed), place, packed.path)
  } catch (error) {
    throw asReadError(error, archive.file)
  }
}

async function bytesAt(
  file: FileHandle,
  place: Exclude<Place, { kind: 'row' }>,
  path: string,
): Promise<Buffer> {
  const refuse = (what: string) => new KernelscopeError('IMAGE_UNREADABLE', `${path} ${what}`)
  if (place.kind === 'stored') {
    const bytes = Buffer.allocUnsafe(place.bytes)
    if ((await fillFrom(file, bytes, place.offset)) < bytes.length)
      throw refuse('is cut off by the end of its archive')
    return bytes
  }
  const start = Buffer.allocUnsafe(localHeader)
  await fillFrom(file, start, place.offset)
  if (start.readUInt32LE(0) !== 0x04034b50) throw refuse('is not where the list of its zip says')
  const from = place.offset + localHeader + start.readUInt16LE(26) + start.readUInt16LE(28)
  const packed = Buffer.allocUnsafe(place.packed)
  if ((await fillFrom(file, packed, from)) < packed.length) throw refuse('is cut off by the end of its zip')
  const bytes = start.readUInt16LE(8) === 0 ? packed : await unpacked(packed, place.bytes, refuse)
  if (bytes.length !== place.bytes || crc32(bytes) !== place.crc) throw refuse('is damaged in its zip')
  return bytes
}

/** Inflates to at most the bytes that the list of the zip says. */
async function unpacked(
  bytes: Buffer,
  length: number,
  refuse: (what: string) => KernelscopeError,
): Promise<Buffer> {
  try {
    return await inflate(bytes, { maxOutputLength: Math.max(length, 1) })
  } catch {
    throw refuse('is damaged in its zip, or unpacks to more than the list of the zip says')
  }
}
