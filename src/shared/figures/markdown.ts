import type { DataTable } from '../contract/studyResult.ts'
import { printedColumns, type PrintedCell } from './cells.ts'

const arrows = { higher: ' ↑', lower: ' ↓' }

/** A table as GitHub's Markdown: numbers to the right, the best of a column bold, the second underlined. */
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

/** Text of others inside a line, without anything that Markdown would take for a mark. */
export function markdownText(text: string): string {
  return text.replace(/[\\`*_[\]<>|&~$]/g, '\\$&').replace(/\r?\n/g, ' ')
}

/** The same as a paragraph: its beginning makes no heading and no list. */
export const markdownParagraph = (text: string): string =>
  markdownText(text)
    .replace(/^(\s*)([#+-])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)]\s)/, '$1\\$2')
