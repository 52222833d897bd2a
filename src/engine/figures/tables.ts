import type { DataTable, TableFormat } from '#shared/contract/index.ts'
import type { WrittenFile } from '../base/wholeFile.ts'
import { formattedTable, provenanceBeside } from '#shared/figures/formattedTable.ts'
import type { TableWords } from '#shared/figures/paperTable.ts'
import { writeSet } from './file.ts'

/**
 * Writes a table in each format into a folder, as `table-<id>.<format>`, each whole or not at all. Beside LaTeX goes
 * `table-<id>.provenance.txt`.
 *
 * @throws DISK_FULL, FILE_UNREADABLE where a file cannot be written
 */
export async function writeTable(
  table: DataTable,
  formats: readonly TableFormat[],
  directory: string,
  words: TableWords = {},
): Promise<WrittenFile[]> {
  const contents = new Map<string, string>()
  for (const format of new Set(formats)) contents.set(format, formattedTable(table, format, words))
  const provenance = provenanceBeside(formats, words.provenance)
  if (provenance !== null) contents.set('provenance.txt', provenance)
  return writeSet(directory, `table-${table.id}`, contents)
}
