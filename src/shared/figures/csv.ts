import type { DataTable } from './dataTable.ts'

/**
 * A table as CSV (RFC 4180): comma, CRLF, a header of column keys, quotes only where a cell needs them. Numbers are
 * written in full, with a decimal point. A missing value is an empty cell. Texts are made safe for spreadsheets.
 */
export function tableToCsv(table: DataTable): string {
  const keys = table.columns.map(({ key }) => key)
  const lines = [keys, ...table.rows.map((row) => keys.map((key) => cell(row[key])))]
  return lines.map((line) => line.map(quoted).join(',')).join('\r\n') + '\r\n'
}

function cell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value)))
    return ''
  return typeof value === 'string' ? defused(value) : String(value)
}

/**
 * Puts an apostrophe before a text that a spreadsheet would run as a formula: one that begins with =, +, -, @, a tab or a
 * line end and is no number (OWASP, CSV Injection).
 */
export const defused = (text: string): string =>
  /^[=+\-@\t\r\n]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text

/** Quotes a cell as RFC 4180 requires. */
export function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
