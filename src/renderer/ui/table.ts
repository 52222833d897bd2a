/** A column of a table: `text` is shown, `value` (by default the text) is sorted by. */
export interface Column<T> {
  key: string
  title: string
  text: (row: T) => string
  value?: (row: T) => number | string | null
  align?: 'left' | 'right'
  width?: string
  class?: string
  hint?: string
  /** Whether a long title may take several lines. */
  wrap?: boolean
  /** Whether the column stays at the left while the others are scrolled. */
  pinned?: boolean
}

/** The column by which rows are sorted, and the direction. */
export interface Order {
  key: string
  descending: boolean
}

/** Sorts rows by a column. Rows without a value always come last; equal rows keep their order. */
export function sortRows<T>(rows: readonly T[], columns: readonly Column<T>[], order: Order | null): T[] {
  const column = columns.find((c) => c.key === order?.key)
  if (!order || !column) return [...rows]
  const value = column.value ?? column.text
  const sign = order.descending ? -1 : 1
  return rows
    .map((row, index) => ({ row, index, key: value(row) }))
    .sort((a, b) => {
      if (a.key === null || b.key === null)
        return Number(a.key === null) - Number(b.key === null) || a.index - b.index
      return sign * compare(a.key, b.key) || a.index - b.index
    })
    .map(({ row }) => row)
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}
