import type { DataTable } from '../contract/studyResult.ts'
import { printedColumns, type PrintedCell, type PrintedColumn } from './cells.ts'
import { latexLabel, latexText } from './latexText.ts'

export interface LatexOptions {
  /** Text under the table; its title where it is left out. */
  caption?: string
  /** Name for \ref; `tab:` and the id where it is left out. */
  label?: string
  /** Sentences set small under the table: n, intervals, definitions. */
  notes?: readonly string[]
}

/** Rows that a page holds below a caption; more are set as a table that breaks across pages. */
const mostRows = 40

/**
 * A table for LaTeX with booktabs, numbers aligned by siunitx (version 3), the best of a column bold, the second
 * underlined, an arrow in the header where a direction is good. The packages that it needs are its first line, as
 * a comment. More than 40 rows are a longtable, whose header is repeated on every page; LaTeX breaks those only where
 * the text has one column.
 */
export function tableToLatex(table: DataTable, options: LatexOptions = {}): string {
  const columns = printedColumns(table)
  const rows = table.rows.map((_, row) => columns.map((column) => bodyCell(column, column.cells[row])))
  const notes = (options.notes ?? []).map(latexText).join(' ')
  const parts: Parts = {
    caption: latexText(options.caption ?? table.title),
    label: options.label ?? `tab:${latexLabel(table.id)}`,
    columns: columns.map(alignment).join(' '),
    header: `${columns.map(header).join(' & ')} \\\\`,
    rows: rows.map((cells) => `${cells.join(' & ')} \\\\`),
    notes: notes === '' ? [] : [`\\par\\smallskip\\footnotesize ${notes}`],
  }
  return `${(rows.length > mostRows ? longTable : floatingTable)(parts).join('\n')}\n`
}

interface Parts {
  caption: string
  label: string
  columns: string
  header: string
  rows: string[]
  notes: string[]
}

const numbers =
  '\\sisetup{table-number-alignment=right, table-text-alignment=right, mode=text, reset-text-series=false}'

const floatingTable = ({ caption, label, columns, header, rows, notes }: Parts): string[] => [
  '% \\usepackage{booktabs,siunitx}',
  '\\begin{table}',
  '  \\centering',
  `  ${numbers}`,
  `  \\caption{${caption}}`,
  `  \\label{${label}}`,
  `  \\begin{tabular}{${columns}}`,
  '    \\toprule',
  `    ${header}`,
  '    \\midrule',
  ...rows.map((row) => `    ${row}`),
  '    \\bottomrule',
  '  \\end{tabular}',
  ...notes.map((line) => `  ${line}`),
  '\\end{table}',
]

const longTable = ({ caption, label, columns, header, rows, notes }: Parts): string[] => [
  '% \\usepackage{booktabs,longtable,siunitx}',
  '% Breaks across pages; in a paper of two columns, put it after \\onecolumn.',
  '\\begingroup',
  `  ${numbers}`,
  `  \\begin{longtable}{${columns}}`,
  `    \\caption{${caption}}\\label{${label}} \\\\`,
  '    \\toprule',
  `    ${header}`,
  '    \\midrule',
  '    \\endfirsthead',
  '    \\toprule',
  `    ${header}`,
  '    \\midrule',
  '    \\endhead',
  '    \\bottomrule',
  '    \\endfoot',
  ...rows.map((row) => `    ${row}`),
  '  \\end{longtable}',
  ...notes.map((line) => `  \\noindent${line.replace('\\par\\smallskip', '')}\\par`),
  '\\endgroup',
]

/** A column of numbers is as wide as its widest, which keeps centred and underlined cells in line with the others. */
function alignment({ decimals, cells }: PrintedColumn): string {
  if (decimals === null) return 'l'
  const numbers = cells.filter(({ numeric }) => numeric).map(({ text }) => text)
  const digits = Math.max(1, ...numbers.map((text) => text.replace(/^−/, '').split('.')[0]?.length ?? 1))
  const sign = numbers.some((text) => text.startsWith('−')) ? '-' : ''
  return `S[table-format=${sign}${digits}.${decimals}]`
}

function header({ title, better, decimals }: PrintedColumn): string {
  const arrow = better === null ? '' : better === 'higher' ? ' $\\uparrow$' : ' $\\downarrow$'
  const text = latexText(title) + arrow
  return decimals === null ? text : `{${text}}`
}

function bodyCell({ decimals }: PrintedColumn, cell: PrintedCell | undefined): string {
  const { text = '', numeric = false, place = null } = cell ?? {}
  if (decimals === null) return latexText(text)
  if (!numeric) return `{${latexText(text)}}`
  const number = text.replace('−', '-')
  if (place === 1) return `\\bfseries ${number}`
  return place === 2 ? `{\\underline{\\num{${number}}}}` : number
}
