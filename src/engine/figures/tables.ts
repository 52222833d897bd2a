import { join } from 'node:path'
import type { DataTable, TableFormat } from '#shared/contract/index.ts'
import { tableToCsv } from '#shared/figures/csv.ts'
import { tableToLatex } from '#shared/figures/latex.ts'
import { markdownParagraph, markdownText, tableToMarkdown } from '#shared/figures/markdown.ts'
import { writeWhole, type WrittenFile } from '../base/wholeFile.ts'
import { safeName } from './file.ts'

/**
 * Writes a table in each format into a folder, as `table-<id>.<format>`, whole or not at all.
 *
 * @param notes n, intervals and definitions, set under the table in LaTeX and Markdown
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

export function formattedTable(table: DataTable, format: TableFormat, notes: readonly string[]): string {
  switch (format) {
    case 'tex':
      return tableToLatex(table, { notes })
    case 'md':
      return [
        `**${markdownText(table.title)}**\n`,
        tableToMarkdown(table),
        ...(notes.length > 0 ? [`${markdownParagraph(notes.join(' '))}\n`] : []),
      ].join('\n')
    case 'csv':
      return tableToCsv(table)
    case 'json':
      return `${JSON.stringify(table, null, 2)}\n`
  }
}
