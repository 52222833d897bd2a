import { basename } from 'node:path'
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { KernelscopeError } from '#shared/errors.ts'
import { columnsOf, type ImageColumns } from './columns.ts'

/** An open Parquet file of images. */
export interface Table {
  file: AsyncBuffer
  metadata: FileMetaData
  columns: ImageColumns
  /** Number of rows, and the first row of each row group. */
  rows: number
  starts: readonly number[]
}

/** Reads into `target` from a byte of the file on, and gives the number of bytes. */
export type ReadPart = (target: Uint8Array, from: number) => Promise<number>

/** A file as the reader of Parquet wants it. */
const asyncBuffer = (read: ReadPart, size: number): AsyncBuffer => ({
  byteLength: size,
  async slice(start, end = size) {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start))
    const length = await read(bytes, start)
    return length === bytes.length ? bytes.buffer : bytes.buffer.slice(0, length)
  },
})

/**
 * Reads the footer of a Parquet file and finds its columns.
 *
 * @throws FILE_UNREADABLE where the footer is damaged or cut off, or the table has no images
 */
export async function openTable(read: ReadPart, size: number, path: string): Promise<Table> {
  const file = asyncBuffer(read, size)
  let metadata: FileMetaData
  try {
    metadata = await parquetMetadataAsync(file, { geoparquet: false })
  } catch (cause) {
    throw new KernelscopeError('FILE_UNREADABLE', `${path} is not a readable Parquet file`, {
      cause,
      details: String(cause),
      hint: 'Its end may have been cut off while it was copied. Copy it again.',
    })
  }
  const columns = columnsOf(metadata)
  if (columns === null)
    throw new KernelscopeError('FILE_UNREADABLE', `${basename(path)} has no column of images`, {
      hint: 'A column of images is a struct of bytes and path, as Hugging Face writes it, or bytes named image.',
    })
  const starts: number[] = []
  let rows = 0
  for (const group of metadata.row_groups) {
    starts.push(rows)
    rows += Number(group.num_rows)
  }
  return { file, metadata, columns, rows, starts }
}

/** Classes of all rows, by number or name; null for a row without one (-1 or null). Empty where the table has none. */
export async function classesOf({
  file,
  metadata,
  columns: { label },
}: Table): Promise<(number | string | null)[]> {
  if (label === null) return []
  const rows: Record<string, unknown>[] = await parquetReadObjects({
    file,
    metadata,
    columns: [label],
    compressors,
  })
  return rows.map((row) => classIn(row[label]))
}

function classIn(value: unknown): number | string | null {
  if (typeof value === 'string') return value === '' ? null : value
  if (typeof value !== 'number' && typeof value !== 'bigint') return null
  return value < 0 ? null : Number(value)
}
