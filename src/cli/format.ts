import type { DataTable, Interval } from '#shared/contract/index.ts'
import { fixedNumber } from '#shared/figures/format.ts'
import { pText } from '#shared/pText.ts'

export interface Column {
  title: string
  /** Numbers are right-aligned. */
  right?: boolean
}

// Characters that take two columns in a terminal: CJK, Hangul, full-width forms, emoji (except regional indicators).
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u

/** Number of columns that a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) if (!/\p{M}/u.test(character)) width += wide.test(character) ? 2 : 1
  return width
}

/** Makes text of others safe for a terminal: control characters, which could move the cursor, become "?". */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}

/** A table with a header and aligned columns, two blanks apart. An empty table becomes a sentence that says so. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  empty = 'none',
): string {
  if (rows.length === 0) return `${empty}\n`
  const safe = rows.map((row) => row.map(printable))
  const widths = columns.map(({ title }, at) =>
    Math.max(displayWidth(title), ...safe.map((row) => displayWidth(row[at] ?? ''))),
  )
  const line = (cells: readonly string[]) =>
    columns
      .map(({ right }, at) => {
        const cell = cells[at] ?? ''
        const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - displayWidth(cell)))
        return right ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd()
  return [line(columns.map(({ title }) => title)), ...safe.map(line)].join('\n') + '\n'
}

/** Names and values in two aligned columns. */
export function formatPairs(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => displayWidth(name)))
  return (
    pairs.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`.trimEnd()).join('\n') + '\n'
  )
}

/** A study's table as text: shares in per cent, their differences in points, intervals as "[lo, hi]". */
export function formatDataTable(table: DataTable): string {
  const columns = table.columns.map(({ title, kind }) => ({ title, right: kind !== 'text' }))
  const rows = table.rows.map((row) => table.columns.map((column) => cell(row[column.key] ?? null, column)))
  return formatTable(columns, rows)
}

function cell(value: string | number | boolean | null, { kind, p }: DataTable['columns'][number]): string {
  if (value === null) return '–'
  if (typeof value !== 'number') return String(value)
  if (!Number.isFinite(value)) return '–'
  if (p) return pText(value)
  if (kind === 'fraction') return percent(value)
  if (kind === 'points') return `${fixedNumber(100 * value, 1).replace('−', '-')} points`
  return kind === 'integer' ? String(value) : String(Number(value.toPrecision(4)))
}

export const percent = (value: number | null) => (value === null ? '–' : `${(value * 100).toFixed(1)} %`)

export const formatInterval = (interval: Pick<Interval, 'lo' | 'hi'> | null) =>
  interval === null ? '–' : `[${(interval.lo * 100).toFixed(1)}, ${(interval.hi * 100).toFixed(1)}]`

/** 1234567 as "1.2 M". Counts up to 9,999 are written in full. */
export function formatCount(count: number | null): string {
  if (count === null) return '–'
  if (count < 10_000) return String(count)
  const [unit, name] = count >= 1e9 ? [1e9, 'G'] : count >= 1e6 ? [1e6, 'M'] : [1e3, 'k']
  return `${(count / unit).toFixed(1)} ${name}`
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** power).toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`
}

/** Seconds as "m:ss" or "h:mm:ss". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const tail = String(rest).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`
}

/** Milliseconds since 1970 as local date and time. */
export function formatTime(time: number): string {
  const date = new Date(time)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** A shape as "[N, 3, 224, 224]"; unknown dimensions are "?". */
export const formatShape = (shape: readonly (number | string | null)[]) =>
  `[${shape.map((side) => side ?? '?').join(', ')}]`
