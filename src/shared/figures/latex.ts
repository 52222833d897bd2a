import type { DataTable } from './dataTable.ts'
import { printedColumns, type PrintedCell, type PrintedColumn } from './cells.ts'
import { fitOf, headerLines } from './latexFit.ts'
import { latexLabel, latexText } from './latexText.ts'

export interface LatexOptions {
  /** Text under the table; by default its title. */
  caption?: string
  /** Name for \ref; by default `tab:` and the table's id. */
  label?: string
  /** Sentences in small type under the table: n, intervals, definitions. */
  notes?: readonly string[]
}

/** Rows that fit on a page below a caption. More rows become a table that breaks across pages. */
const mostRows = 40

/**
 * A table for LaTeX with booktabs. siunitx (version 3) aligns the numbers; the best of a column is bold and the second
 * underlined; an arrow in the header says which direction is better. The first line is a comment that names the
 * packages.
 * More than 40 rows become a longtable with its header on every page; LaTeX breaks it only in a text of one column. A
 * table that fits one column of two only in \small or \footnotesize is set so; a wider one becomes a table*, which
 * spans both columns, and is set in a smaller size where it is wider than the text.
 */
export function tableToLatex(table: DataTable, options: LatexOptions = {}): string {
  const columns = printedColumns(table)
  const rows = table.rows.map((_, row) => columns.map((column) => bodyCell(column, column.cells[row])))
  const breaks = rows.length > mostRows
  const fit = fitOf(columns, breaks)
  const notes = (options.notes ?? []).map(latexText).join(' ')
  const parts: TableParts = {
    caption: latexText(options.caption ?? table.title),
    label: options.label ?? `tab:${latexLabel(table.id)}`,
    columns: columns.map(alignment),
    header: `${columns.map((column) => header(column, fit.header)).join(' & ')} \\\\`,
    rows: rows.map((cells) => `${cells.join(' & ')} \\\\`),
    notes,
    fit,
  }
  return `${(breaks ? longTable : floatingTable)(parts).join('\n')}\n`
}

interface TableParts {
  caption: string
  label: string
  columns: string[]
  header: string
  rows: string[]
  /** Empty where there are no notes. */
  notes: string
  fit: ReturnType<typeof fitOf>
}

/** Explains type size and span to authors, who may have a wider text or need fewer columns. */
const whyFit = ({ columns, fit: { size, wide } }: TableParts, room: string): string[] => [
  ...(wide ? [`% ${columns.length} columns do not fit one column of 3.25 inches; table* spans both.`] : []),
  ...(size === ''
    ? []
    : [`% ${columns.length} columns, in ${size} for ${room}; take it away where there is more room.`]),
]
const textRoom = 'a text of 5.5 inches'

const separation = ({ columnSep }: TableParts['fit']): string[] =>
  columnSep === null ? [] : [`\\setlength{\\tabcolsep}{${columnSep}pt}`]

const numbers =
  '\\sisetup{table-number-alignment=right, table-text-alignment=right, mode=text, reset-text-series=false, group-digits=integer}'

const environment = ({ fit: { wide } }: TableParts) => (wide ? 'table*' : 'table')

const floatingTable = (parts: TableParts): string[] => [
  '% \\usepackage{booktabs,siunitx}',
  ...whyFit(parts, parts.fit.wide ? textRoom : 'one column of 3.25 inches'),
  `\\begin{${environment(parts)}}`,
  '  \\centering',
  `  \\caption{${parts.caption}}`,
  `  \\label{${parts.label}}`,
  '  \\smallskip',
  `  ${numbers}`,
  ...[...(parts.fit.size === '' ? [] : [parts.fit.size]), ...separation(parts.fit)].map(
    (line) => `  ${line}`,
  ),
  `  \\begin{tabular}{${parts.columns.join(' ')}}`,
  '    \\toprule',
  `    ${parts.header}`,
  '    \\midrule',
  ...parts.rows.map((row) => `    ${row}`),
  '    \\bottomrule',
  '  \\end{tabular}',
  ...(parts.notes === '' ? [] : [`  \\par\\smallskip\\parbox{\\linewidth}{\\footnotesize ${parts.notes}}`]),
  `\\end{${environment(parts)}}`,
]

/** The type size is set column by column, because around a longtable it would also apply to the caption. */
const sized = (column: string, { size }: TableParts['fit']) => (size === '' ? column : `>{${size}}${column}`)
const lineHeight = ({ size, scale }: TableParts['fit']): string[] =>
  size === '' ? [] : [`\\renewcommand{\\arraystretch}{${scale}}`]

const longTable = (parts: TableParts): string[] => [
  '% \\usepackage{booktabs,longtable,siunitx}',
  '% Breaks across pages; in a paper of two columns, put it after \\onecolumn.',
  ...whyFit(parts, textRoom),
  '\\begingroup',
  `  ${numbers}`,
  ...[...separation(parts.fit), ...lineHeight(parts.fit)].map((line) => `  ${line}`),
  `  \\begin{longtable}{${parts.columns.map((column) => sized(column, parts.fit)).join(' ')}}`,
  `    \\caption{${parts.caption}}\\label{${parts.label}} \\\\`,
  '    \\toprule',
  `    ${parts.header}`,
  '    \\midrule',
  '    \\endfirsthead',
  '    \\toprule',
  `    ${parts.header}`,
  '    \\midrule',
  '    \\endhead',
  '    \\bottomrule',
  '    \\endfoot',
  ...parts.rows.map((row) => `    ${row}`),
  '  \\end{longtable}',
  ...(parts.notes === '' ? [] : [`  \\noindent\\footnotesize ${parts.notes}\\par`]),
  '\\endgroup',
]

/**
 * A column of numbers is as wide as its widest number. Centred and underlined cells then stay in line with the others.
 */
function alignment({ decimals, cells }: PrintedColumn): string {
  if (decimals === null) return 'l'
  const numbers = cells.filter(({ numeric }) => numeric).map(({ text }) => text)
  const digits = Math.max(1, ...numbers.map((text) => text.replace(/^−/, '').split('.')[0]?.length ?? 1))
  const sign = numbers.some((text) => text.startsWith('−')) ? '-' : ''
  return `S[table-format=${sign}${digits}.${decimals}]`
}

function header(column: PrintedColumn, letters: number): string {
  const { better, decimals } = column
  const arrow = better === null ? '' : better === 'higher' ? ' $\\uparrow$' : ' $\\downarrow$'
  const lines = headerLines(column, letters).map(latexText)
  const text = `${lines.join('\\\\')}${arrow}`
  const side = decimals === null ? 'l' : 'r'
  const whole = lines.length === 1 ? text : `\\shortstack[${side}]{${text}}`
  return decimals === null ? whole : `{${whole}}`
}

function bodyCell({ decimals }: PrintedColumn, cell: PrintedCell | undefined): string {
  const { text = '', numeric = false, place = null } = cell ?? {}
  if (decimals === null) return latexText(text)
  if (!numeric) return `{${latexText(text)}}`
  const number = text.replace('−', '-')
  if (place === 1) return `\\bfseries ${number}`
  return place === 2 ? `{\\underline{\\num{${number}}}}` : number
}
