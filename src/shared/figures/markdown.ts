import type { DataTable } from '../contract/studyResult.ts'
import { printedColumns, type PrintedCell } from './cells.ts'

const arrows = { higher: ' ↑', lower: ' ↓' }

/** A table as GitHub's Markdown: numbers to the right, the best of a column bold, the second underlined. */
export function tableToMarkdown(table: DataTable): string {
  const columns = printedColumns(table)
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(columns.map(({ title, better }) => escaped(title) + (better ? arrows[better] : ''))),
    line(columns.map(({ decimals }) => (decimals === null ? ':--' : '--:'))),
    ...table.rows.map((_, row) => line(columns.map(({ cells }) => marked(cells[row])))),
  ]
    .map((text) => `${text}\n`)
    .join('')
}

function marked(cell: PrintedCell | undefined): string {
  const text = escaped(cell?.text ?? '')
  return cell?.place === 1 ? `**${text}**` : cell?.place === 2 ? `<u>${text}</u>` : text
}

function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\r?\n/g, ' ')
}
