import type { DataTable } from './dataTable.ts'
import { fixedNumber } from './format.ts'
import { pText } from '../pText.ts'

type Column = DataTable['columns'][number]

/** A cell of a printed table: its text, and its rank in its column. */
export interface PrintedCell {
  text: string
  /** Whether `text` is a number with the decimals of its column. */
  numeric: boolean
  /** 1 for the best, 2 for the second; null in columns where no direction is better. */
  place: 1 | 2 | null
}

export interface PrintedColumn {
  /** With the unit, e.g. "Top-1 (%)". */
  title: string
  /** The direction that its header says. */
  better: 'higher' | 'lower' | null
  /** Decimals of all its numbers; null for a column of text. */
  decimals: number | null
  cells: PrintedCell[]
}

const missing = '–'

/**
 * The columns of a table as they are printed. Shares are in per cent with one decimal. Other numbers have the decimals
 * that four significant digits of the largest need, but no more than one of them has; p-values are as `pText` writes them.
 * The best and the second of a column (within each condition) are marked; equal printed numbers share a rank.
 */
export function printedColumns(table: DataTable): PrintedColumn[] {
  const groups = groupsOf(table)
  return table.columns.map((column) => {
    const values = table.rows.map((row) => row[column.key] ?? null)
    const decimals = decimalsOf(column, values)
    const texts = values.map((value) => printed(value, column, decimals))
    const places = placesOf(texts, column.better, groups)
    return {
      title: table.plainHeaders ? column.title : printedTitle(column),
      better: table.plainHeaders ? null : (column.better ?? null),
      decimals,
      cells: texts.map((text, at) => ({ text, numeric: isNumeric(text), place: places[at] ?? null })),
    }
  })
}

/** The units of kinds of columns that are printed a hundredfold. */
const unitOf: Partial<Record<Column['kind'], string>> = { fraction: ' (%)', points: ' (points)' }

/** The title of a column with its unit. */
export const printedTitle = ({ title, kind }: Pick<Column, 'title' | 'kind'>): string =>
  `${title}${unitOf[kind] ?? ''}`

function decimalsOf(column: Column, values: readonly unknown[]): number | null {
  if (column.kind === 'text' || column.kind === 'interval') return null
  if (column.kind in unitOf) return 1
  if (column.kind === 'integer') return 0
  if (column.p)
    return Math.max(0, ...values.map((value) => (isFiniteNumber(value) ? decimalsIn(value, 4) : 0)))
  const largest = Math.max(0, ...values.map((value) => (isFiniteNumber(value) ? Math.abs(value) : 0)))
  if (values.every((value) => !isFiniteNumber(value) || Number.isInteger(value))) return 0
  const four = Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(largest || 1))))
  return Math.max(0, ...values.map((value) => (isFiniteNumber(value) ? decimalsIn(value, four) : 0)))
}

/** Number of decimals of a value that is rounded to `most` decimals, without zeros at the end. */
function decimalsIn(value: number, most: number): number {
  return (
    value
      .toFixed(most)
      .replace(/\.?0+$/, '')
      .split('.')[1]?.length ?? 0
  )
}

function printed(value: string | number | boolean | null, column: Column, decimals: number | null): string {
  if (value === null) return missing
  if (!isFiniteNumber(value)) return typeof value === 'number' ? missing : String(value)
  if (decimals === null) return String(value)
  if (column.p) return pText(value)
  return fixedNumber(column.kind in unitOf ? value * 100 : value, decimals)
}

/** Groups the indices of rows that are compared with each other. */
function groupsOf({ rows, comparedWithin = [] }: DataTable): number[][] {
  const places = rows.map((_, at) => at)
  const condition = (at: number) => JSON.stringify(comparedWithin.map((key) => rows[at]?.[key] ?? null))
  return [...Map.groupBy(places, condition).values()]
}

function placesOf(
  texts: readonly string[],
  better: Column['better'],
  groups: readonly number[][],
): (1 | 2 | null)[] {
  const places: (1 | 2 | null)[] = texts.map(() => null)
  if (better === undefined) return places
  for (const group of groups) {
    const told = group.filter((at) => isNumeric(texts[at] ?? ''))
    const valueOf = (at: number) => numberOf(texts[at] ?? '')
    const numbers = [...new Set(told.map(valueOf))].sort((a, b) => (better === 'higher' ? b - a : a - b))
    // A single value has nothing to be compared with.
    if (numbers.length < 2) continue
    for (const at of told) {
      const place = numbers.indexOf(valueOf(at))
      if (place < 2) places[at] = place === 0 ? 1 : 2
    }
  }
  return places
}

const isFiniteNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value)
const isNumeric = (text: string) => /^[−-]?\d+(\.\d+)?$/.test(text)
const numberOf = (text: string) => Number(text.replace('−', '-'))
