import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { statOf } from '../base/statOf.ts'
import { LruMap } from '../base/lruMap.ts'
import { withUserFile } from '../base/userFile.ts'
import type { Archive } from './entry.ts'
import { columnsOf, EntryTable } from './entryTable.ts'
import { keepList, keptList } from './keptLists.ts'
import type { KeptList } from './listFile.ts'
import { Collected } from './listing.ts'
import { listTable } from './parquet/list.ts'
import { listTar } from './tar.ts'
import { listZip } from './zip.ts'

/** Most bytes of lists that are kept: about all files of ImageNet-C. */
const mostMemory = 2 ** 29

const known = new LruMap<string, Archive>(mostMemory, ({ memory }) => memory)
const reading = new Map<string, Promise<Archive>>()

/** Forgets the lists in memory. */
export const forgetArchives = (): void => known.clear()

/**
 * Lists the files of an archive, or takes the list from memory, or from where it is kept, where the archive still has the same
 * size, time and first bytes.
 *
 * @throws FILE_MISSING where there is no such file
 * @throws FILE_UNREADABLE where it cannot be read or is no archive
 */
export function openArchive(file: string): Promise<Archive> {
  const found = known.get(file)
  const now = statOf(file)
  if (found && now?.size === found.size && Math.round(now.mtimeMs) === found.mtime)
    return Promise.resolve(found)
  const running = reading.get(file) ?? list(file).finally(() => reading.delete(file))
  reading.set(file, running)
  return running
}

async function list(file: string): Promise<Archive> {
  const archive = await withUserFile(file, (handle) => listed(handle, file))
  known.set(file, archive)
  return archive
}

async function listed(handle: FileHandle, file: string): Promise<Archive> {
  const { size, mtimeMs } = await handle.stat()
  // Reading in the thread is many times faster than by the thread pool, for pieces as small as headers.
  const readAt = (target: Buffer, offset: number) => readSync(handle.fd, target, 0, target.length, offset)
  const about = { file, size, mtime: Math.round(mtimeMs) }
  const head = Buffer.alloc(headBytes)
  const start = head.subarray(0, readAt(head, 0))
  const format = formatOf(start, file)
  if (format === 'parquet')
    return listTable((target, from) => Promise.resolve(readAt(Buffer.from(target.buffer), from)), about)
  const key = { ...about, start: createHash('sha256').update(start).digest('hex') }
  const kept = await keptList(key)
  if (kept) return archiveOf(about, kept)
  const into = new Collected()
  const problems = format === 'zip' ? await listZip(handle.fd, file, into) : await listTar(readAt, size, into)
  const list = { columns: columnsOf(into.files), remarks: [...problems, ...into.remarks()] }
  await keepList(key, list)
  return archiveOf(about, list)
}

function archiveOf(about: Pick<Archive, 'file' | 'size' | 'mtime'>, { columns, remarks }: KeptList): Archive {
  const table = new EntryTable(columns)
  return {
    ...about,
    count: table.length,
    entries: () => table.entries(),
    find: (name) => table.find(name),
    remarks,
    memory: table.memory,
  }
}

/** Bytes at the start of an archive by which it is told: the first header of a tar. */
const headBytes = 512

const formats: [format: 'gzip' | 'zip' | 'parquet' | 'packed', start: RegExp][] = [
  ['gzip', /^\x1f\x8b/],
  ['zip', /^PK(\x03\x04|\x05\x06)/],
  ['parquet', /^PAR1/],
  ['packed', /^(BZh|\xfd7zXZ|\x28\xb5\x2f\xfd)/],
]

/** Tells an archive by its first bytes. What is none of the others must be a tar: its first header is checked. */
function formatOf(bytes: Buffer, file: string): 'zip' | 'parquet' | 'tar' {
  const start = bytes.toString('latin1')
  const format = formats.find(([, pattern]) => pattern.test(start))?.[0]
  if (format === 'zip' || format === 'parquet') return format
  if (format === undefined && isTarHeader(bytes)) return 'tar'
  throw new KernelscopeError('FILE_UNREADABLE', `${file} is not an archive that can be read in place`, {
    hint:
      format === 'packed' || format === 'gzip'
        ? 'It is packed. Unpack it, and add the tar or the folder.'
        : 'Add a .tar, a .zip, a .parquet, or a folder of them.',
  })
}

/** Whether the check sum of a header is right: the sum of its bytes, those of the sum itself taken as spaces. */
function isTarHeader(header: Buffer): boolean {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  const stored = parseInt(header.toString('latin1', 148, 156).replaceAll('\0', ' ').trim(), 8)
  return stored === sum || header.every((byte) => byte === 0)
}
