import type { DataTable } from './dataTable.ts'
import { printedColumns, type PrintedCell } from './cells.ts'

const arrows = { higher: ' ↑', lower: ' ↓' }

/** A table as GitHub's Markdown: numbers are right-aligned, the best of a column is bold, the second underlined. */
export function tableToMarkdown(table: DataTable): string {
  const columns = printedColumns(table)
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(columns.map(({ title, better }) => markdownText(title) + (better ? arrows[better] : ''))),
    line(columns.map(({ decimals }) => (decimals === null ? ':--' : '--:'))),
    ...table.rows.map((_, row) => line(columns.map(({ cells }) => marked(cells[row])))),
  ]
    .map((text) => `${text}\n`)
    .join('')
}

function marked(cell: PrintedCell | undefined): string {
  const text = markdownText(cell?.text ?? '')
  return cell?.place === 1 ? `**${text}**` : cell?.place === 2 ? `<u>${text}</u>` : text
}

/** Escapes text inside a line, so that Markdown does not read its characters as markup. */
export function markdownText(text: string): string {
  return text.replace(/[\\`*_[\]<>|&~$]/g, '\\$&').replace(/\r?\n/g, ' ')
}

/** Escapes text as a paragraph: its beginning does not become a heading or a list either. */
export const markdownParagraph = (text: string): string =>
  markdownText(text)
    .replace(/^(\s*)([#+-])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)]\s)/, '$1\\$2')
