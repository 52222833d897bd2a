import { join } from 'node:path'
import type { DataTable, TableFormat } from '#shared/contract/index.ts'
import { writeWhole, type WrittenFile } from '../base/wholeFile.ts'
import { tableFormatOf } from '#shared/figures/tableFormats/index.ts'
import { safeName } from './file.ts'

/**
 * Writes a table in each format into a folder, as `table-<id>.<format>`, whole or not at all.
 *
 * @param notes n, intervals and definitions, written under the table in LaTeX and Markdown
 * @throws DISK_FULL, FILE_UNREADABLE where a file cannot be written
 */
export async function writeTable(
  table: DataTable,
  formats: readonly TableFormat[],
  directory: string,
  notes: readonly string[] = [],
): Promise<WrittenFile[]> {
  const files: WrittenFile[] = []
  for (const format of new Set(formats))
    files.push(
      await writeWhole(
        join(directory, `${safeName(`table-${table.id}`)}.${format}`),
        formattedTable(table, format, notes),
      ),
    )
  return files
}

/** Writes a table in a format. */
export const formattedTable = (table: DataTable, format: TableFormat, notes: readonly string[]): string =>
  tableFormatOf(format)?.write(table, notes) ?? ''
