import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Columns } from './entryTable.ts'
import { plainName } from './listing.ts'
import { mostUnpacked } from './zip.ts'

/** What an archive is known by: a list belongs to it only where all of it is the same. */
export interface ListKey {
  file: string
  /** Size of the archive in bytes, and time of its last change in whole milliseconds since 1970. */
  size: number
  mtime: number
  /** SHA-256 of its first bytes, hex. */
  start: string
}

/** The list of an archive as it is kept. */
export interface KeptList {
  columns: Columns
  remarks: readonly string[]
}

const version = 1
const digestBytes = 32
/** Bytes before the head: the digest, then the length of the head. */
const before = digestBytes + 8

const head = z.object({
  version: z.literal(version),
  file: z.string(),
  size: z.number(),
  mtime: z.number(),
  start: z.string(),
  files: z.int().nonnegative(),
  zipped: z.boolean(),
  problems: z.array(z.tuple([z.string(), z.string()])),
  remarks: z.array(z.string()),
})

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Uint32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)
const roundUp = (bytes: number): number => Math.ceil(bytes / 8) * 8

/**
 * Writes a list: SHA-256 of all that follows, length of the head, head as JSON, then columns: offsets, sizes, of a zip packed sizes
 * and sums (float64), ends of names (uint32), names. Numbers are in the order of bytes of the machine.
 */
export function encodeList({ file, size, mtime, start }: ListKey, { columns, remarks }: KeptList): Buffer {
  const { names, ends, offsets, bytes, packed, problems } = columns
  const about: z.infer<typeof head> = {
    version,
    file,
    size,
    mtime,
    start,
    files: ends.length,
    zipped: packed !== null,
    problems: [...problems],
    remarks: [...remarks],
  }
  const text = Buffer.from(JSON.stringify(about))
  const padded = Buffer.concat([text, Buffer.alloc(roundUp(text.length) - text.length, ' ')])
  const length = Buffer.alloc(8)
  length.writeDoubleLE(padded.length)
  const numbers = [offsets, bytes, ...(packed ? [packed] : []), ends].map(bytesOf)
  const content = Buffer.concat([length, padded, ...numbers, names])
  return Buffer.concat([digestOf(content), content])
}

/**
 * Reads a list; null where it is damaged, of another archive, or says what no list of this archive can. It may come with
 * the workspace of someone else, so it is believed no more than the archive itself.
 */
export function decodeList(file: Buffer, key: ListKey): KeptList | null {
  const content = file.subarray(digestBytes)
  if (file.length < before || !digestOf(content).equals(file.subarray(0, digestBytes))) return null
  const from = before + content.readDoubleLE(0)
  const about = headIn(file.subarray(before, from))
  if (!about || !isOf(about, key)) return null
  const { files, zipped, problems, remarks } = about
  const sizes = [8 * files, 8 * files, zipped ? 16 * files : 0, 4 * files]
  const [offsets, bytes, packed, ends, names] = split(file, from, sizes)
  if (!offsets || !bytes || !packed || !ends || !names) return null
  const columns: Columns = {
    names: Buffer.from(names),
    ends: new Uint32Array(ends),
    offsets: new Float64Array(offsets),
    bytes: new Float64Array(bytes),
    packed: zipped ? new Float64Array(packed) : null,
    problems: new Map(problems),
  }
  return isPossible(columns, key.size) ? { columns, remarks } : null
}

function headIn(bytes: Buffer): z.infer<typeof head> | null {
  try {
    return head.parse(JSON.parse(bytes.toString('utf8')))
  } catch {
    return null
  }
}

const isOf = (about: ListKey, { file, size, mtime, start }: ListKey): boolean =>
  about.file === file && about.size === size && about.mtime === mtime && about.start === start

/** Copies of pieces that follow one another, of these sizes, and of the rest; none where the bytes end before. */
function split(file: Buffer, from: number, sizes: readonly number[]): ArrayBuffer[] {
  const total = sizes.reduce((sum, size) => sum + size, from)
  if (!(from >= before) || total > file.length) return []
  let at = from
  const copy = (size: number) => {
    const piece = new ArrayBuffer(size)
    file.copy(new Uint8Array(piece), 0, at, (at += size))
    return piece
  }
  return [...sizes, file.length - total].map(copy)
}

/** Whether names end one behind the other and lead nowhere out, and files lie in an archive of this size. */
function isPossible({ names, ends, offsets, bytes, packed }: Columns, size: number): boolean {
  let start = 0
  const looksOut = names.includes('..')
  for (const [place, end] of ends.entries()) {
    const [offset, length] = [offsets[place] ?? 0, bytes[place] ?? 0]
    const stored = packed ? (packed[2 * place] ?? 0) : length
    if (end < start || !(offset >= 0 && stored >= 0 && length >= 0 && offset + stored <= size)) return false
    if (packed && length > mostUnpacked) return false
    if (looksOut) {
      const name = names.toString('utf8', start, end).replaceAll('\0', '/')
      if (plainName(name) !== name) return false
    }
    start = end
  }
  return start === names.length
}
