import type { Archive, Entry } from '../entry.ts'
import { classesOf, openTable, type ReadPart } from './table.ts'

const digits = 5

/** Lists a Parquet file of images: a file for each row, named by its number. */
export async function listTable(
  read: ReadPart,
  { file, size, mtime }: Pick<Archive, 'file' | 'size' | 'mtime'>,
): Promise<Archive> {
  const table = await openTable(read, size, file)
  const classes = await classesOf(table)
  const entryOf = (row: number): Entry => ({
    name: String(row).padStart(digits, '0'),
    bytes: 0,
    place: { kind: 'row', row },
  })
  return {
    file,
    size,
    mtime,
    count: table.rows,
    *entries() {
      for (let row = 0; row < table.rows; row++) yield entryOf(row)
    },
    find(name) {
      const row = /^\d{5,9}$/.test(name) ? Number(name) : -1
      return row >= 0 && row < table.rows && entryOf(row).name === name ? entryOf(row) : null
    },
    classes: { of: classes, names: table.columns.names },
    remarks: [],
    memory: classes.length * 8 + 4096,
  }
}
