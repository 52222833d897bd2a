import { KernelscopeError } from '#shared/errors.ts'
import { LruMap, remembered } from '../../base/lruMap.ts'
import type { Packed } from '../entry.ts'
import { chunkOf, imagesOf, type Chunk } from './pages.ts'
import { openTable, type ReadPart, type Table } from './table.ts'

/** Most decoded bytes of pages that a thread keeps. A page is usually of about 1 MB. */
const mostDecoded = 2 ** 26

interface Decoded {
  images: readonly (Uint8Array | null)[]
  bytes: number
}

const tables = new LruMap<string, Promise<Table>>(32)
const chunks = new LruMap<string, Promise<Chunk>>(256)
const decoded = new LruMap<string, Decoded>(mostDecoded, ({ bytes }) => bytes)

/**
 * Reads the image of a row of a Parquet file: only the page that holds it, which is kept for its neighbours.
 *
 * @param read reads the file; it is kept for later rows
 * @throws IMAGE_UNREADABLE where there is no image, or its page is damaged
 */
export async function readTableRow(read: ReadPart, packed: Packed, row: number): Promise<Buffer> {
  const { archive, path } = packed
  const key = `${archive.file} ${archive.size} ${archive.mtime}`
  const table = await remembered(tables, key, () => openTable(read, archive.size, archive.file))
  const group = table.starts.findLastIndex((start) => start <= row)
  const refuse = (what: string, cause?: unknown) =>
    new KernelscopeError(
      'IMAGE_UNREADABLE',
      `${path} ${what}`,
      cause === undefined ? {} : { cause, details: String(cause) },
    )
  try {
    const chunk = await remembered(chunks, `${key} ${group}`, () => chunkOf(table, group))
    const inGroup = row - (table.starts[group] ?? 0)
    const page = chunk.pages.find(({ first, rows }) => first <= inGroup && inGroup < first + rows)
    if (!page) throw refuse('is not in the pages of its table')
    const { images } = await pageOf(`${key} ${page.at}`, () => imagesOf(table, group, page, chunk))
    const image = images[inGroup - page.first]
    if (!image) throw refuse('has no bytes of an image')
    return Buffer.from(image.buffer, image.byteOffset, image.byteLength)
  } catch (error) {
    throw error instanceof KernelscopeError ? error : refuse('is in a damaged part of its table', error)
  }
}

async function pageOf(key: string, decode: () => Promise<Decoded['images']>): Promise<Decoded> {
  const known = decoded.get(key)
  if (known) return known
  const images = await decode()
  const made = { images, bytes: images.reduce((sum, image) => sum + (image?.length ?? 0), 0) }
  decoded.set(key, made)
  return made
}
