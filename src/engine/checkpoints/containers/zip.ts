import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { fromFdPromise, type Entry, type ZipFile } from 'yauzl'
import { quoted, type Refuse } from './refuse.ts'

/** Most entries of a zip. */
const mostEntries = 200_000
/** Largest ratio of inflated to compressed bytes. Weights of zeros alone reach it. */
const mostInflation = 1100

/** An entry of a zip: its bytes in the file, or how to inflate them. */
export interface ZipEntry {
  name: string
  /** Of its content, inflated. */
  bytes: number
  /** Of its first byte in the file where it is stored; null where it is compressed. */
  start: () => Promise<number | null>
  stream: () => Promise<Readable>
}

/**
 * Lists the entries of a zip by their names. The file must stay open while they are read.
 *
 * @throws MODEL_TRUNCATED where there is no directory at its end
 * @throws MODEL_MALFORMED where the directory is damaged, a name stands twice, entries are encrypted or inflate too much
 */
export async function zipEntries(
  file: FileHandle,
  size: number,
  refuse: Refuse,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const zip = await fromFdPromise(file.fd, { autoClose: false, lazyEntries: true }).catch(
    (error: unknown) => {
      throw refuse.truncated(`the directory at the end of the zip is missing (${textOf(error)})`, error)
    },
  )
  const entries = new Map<string, ZipEntry>()
  try {
    if (zip.entryCount > mostEntries) throw refuse.malformed(`the zip has ${zip.entryCount} entries`)
    for await (const entry of zip.eachEntry()) {
      const { fileName } = entry
      if (entries.has(fileName)) throw refuse.malformed(`the zip has ${quoted(fileName)} twice`)
      if (!fileName.endsWith('/')) entries.set(fileName, described(zip, entry, size, refuse))
    }
  } catch (error) {
    throw error instanceof Error && 'code' in error
      ? error
      : refuse.malformed(`the zip is damaged (${textOf(error)})`, error)
  }
  return entries
}

function described(zip: ZipFile, entry: Entry, size: number, refuse: Refuse): ZipEntry {
  const { fileName: name, compressedSize, uncompressedSize, compressionMethod } = entry
  const fail = (reason: string, cause?: unknown) =>
    refuse.malformed(`${quoted(name)} in the zip ${reason}`, cause)
  if (entry.isEncrypted()) throw fail('is encrypted')
  if (compressionMethod !== 0 && compressionMethod !== 8)
    throw fail(`is compressed in a way that is not read (method ${compressionMethod})`)
  if (uncompressedSize > Math.max(compressedSize, 1024) * mostInflation) throw fail('inflates too much')
  return {
    name,
    bytes: uncompressedSize,
    start: async () => {
      if (compressionMethod !== 0) return null
      const { fileDataStart } = await zip
        .readLocalFileHeaderPromise(entry, { minimal: true })
        .catch((error: unknown) => {
          throw fail(`is damaged (${textOf(error)})`, error)
        })
      if (fileDataStart + uncompressedSize > size)
        throw refuse.truncated(`${quoted(name)} ends after the file`)
      return fileDataStart
    },
    stream: () =>
      zip.openReadStreamPromise(entry).catch((error: unknown) => {
        throw fail(`is damaged (${textOf(error)})`, error)
      }),
  }
}

/**
 * The first bytes of an entry, inflated.
 *
 * @throws MODEL_MALFORMED where it is damaged
 */
export async function headOf(entry: ZipEntry, most: number, refuse: Refuse): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  const stream = await entry.stream()
  try {
    for await (const piece of stream) {
      if (!Buffer.isBuffer(piece)) break
      pieces.push(piece)
      bytes += piece.length
      if (bytes >= most) break
    }
  } catch (error) {
    throw refuse.malformed(`${quoted(entry.name)} in the zip is damaged (${textOf(error)})`, error)
  } finally {
    stream.destroy()
  }
  return Buffer.concat(pieces).subarray(0, most)
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
