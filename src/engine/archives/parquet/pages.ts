import type { ColumnMetaData, DecodedArray, SchemaTree } from 'hyparquet'
import { parquetSchema } from 'hyparquet'
import { parquetHeader, readPage } from 'hyparquet/src/column.js'
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { getTreePath } from 'hyparquet/src/schema.js'
import { compressors } from 'hyparquet-compressors'
import { KernelscopeError } from '#shared/errors.ts'
import type { Table } from './table.ts'

/** Most bytes of a page, packed or unpacked. */
const mostBytes = 2 ** 30
/** Bytes that are read to find the header of a page. */
const headerBytes = 2 ** 14

/** A page of a column chunk. */
export interface Page {
  /** Byte of its header, and bytes of header and data. */
  at: number
  length: number
  /** Its first row in the row group, and its number of rows; 0 for a dictionary. */
  first: number
  rows: number
}

/** The pages of the images of a row group. */
export interface Chunk {
  dictionary: Page | null
  pages: readonly Page[]
}

/** A value of a column within structs that may be missing lies in a list for each of them. */
const bytesIn = (value: unknown): Uint8Array | null =>
  Array.isArray(value) ? bytesIn(value[0]) : value instanceof Uint8Array ? value : null

/** The chunk of the column of images in a row group. */
function columnOf({ metadata, columns }: Table, group: number): ColumnMetaData {
  const wanted = columns.image.join('.')
  const found = metadata.row_groups[group]?.columns.find(
    ({ meta_data: data }) => data?.path_in_schema.join('.') === wanted,
  )?.meta_data
  if (found) return found
  throw new KernelscopeError('IMAGE_UNREADABLE', `row group ${group} has no column ${wanted}`)
}

/**
 * Finds the pages of the images of a row group, by their headers alone.
 *
 * @throws an error where a header is damaged
 */
export async function chunkOf(table: Table, group: number): Promise<Chunk> {
  const column = columnOf(table, group)
  const [data, dictionary] = [Number(column.data_page_offset), Number(column.dictionary_page_offset ?? 0)]
  let at = dictionary > 0 ? Math.min(data, dictionary) : data
  const end = at + Number(column.total_compressed_size)
  const chunk: { dictionary: Page | null; pages: Page[] } = { dictionary: null, pages: [] }
  for (let first = 0; at < end;) {
    const view = new DataView(await table.file.slice(at, Math.min(end, at + headerBytes)))
    const reader = { view, offset: 0 }
    const header = parquetHeader(reader)
    const [packed, whole] = [header.compressed_page_size, header.uncompressed_page_size]
    if (!(packed >= 0 && packed <= end - at && whole >= 0 && whole <= mostBytes))
      throw new Error('a page has an impossible size')
    const length = reader.offset + packed
    const rows = header.data_page_header?.num_values ?? header.data_page_header_v2?.num_rows ?? 0
    if (header.type === 'DICTIONARY_PAGE') chunk.dictionary = { at, length, first, rows: 0 }
    else if (rows > 0) chunk.pages.push({ at, length, first, rows })
    first += rows
    at += length
  }
  return chunk
}

/** How values of the column of images are decoded. */
function decoderOf(table: Table, group: number) {
  const column = columnOf(table, group)
  const schemaPath: SchemaTree[] = getTreePath(parquetSchema(table.metadata), column.path_in_schema)
  const element = schemaPath.at(-1)?.element
  if (!element) throw new Error('the column is not in the schema')
  return {
    pathInSchema: column.path_in_schema,
    type: column.type,
    codec: column.codec,
    element,
    schemaPath,
    parsers: DEFAULT_PARSERS,
    compressors,
    utf8: false,
  }
}

/** Decodes a page: the bytes of the image of each of its rows; null for a row without one. */
export async function imagesOf(
  table: Table,
  group: number,
  page: Page,
  { dictionary }: Chunk,
): Promise<(Uint8Array | null)[]> {
  const decoder = decoderOf(table, group)
  const read = async ({ at, length }: Page, words?: DecodedArray): Promise<DecodedArray> => {
    const reader = { view: new DataView(await table.file.slice(at, at + length)), offset: 0 }
    return readPage(reader, parquetHeader(reader), decoder, words, undefined, 0).data ?? []
  }
  const words = dictionary ? convert(await read(dictionary), decoder) : undefined
  const values: unknown[] = Array.from(await read(page, words))
  return values.map(bytesIn)
}
