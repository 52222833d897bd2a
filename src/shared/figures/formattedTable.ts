import type { DataTable } from './dataTable.ts'
import { paperTable, type TableWords } from './paperTable.ts'
import { tableFormatOf, type TableFormat } from './tableFormats/index.ts'

/** Writes a table in a format. A format for papers has the wide form and no provenance; the others have both whole. */
export function formattedTable(table: DataTable, id: TableFormat, words: TableWords = {}): string {
  const format = tableFormatOf(id)
  if (!format) return ''
  if (!format.paper) return format.write(table, words.provenance ?? [])
  const paper = paperTable(table, words)
  return format.write(paper.table, paper.notes)
}

/** The provenance as a file beside tables of these formats; null where none is for a paper. */
export const provenanceBeside = (
  ids: readonly TableFormat[],
  provenance: readonly string[] = [],
): string | null =>
  provenance.length > 0 && ids.some((id) => tableFormatOf(id)?.paper)
    ? `${[...new Set(provenance)].join('\n')}\n`
    : null
