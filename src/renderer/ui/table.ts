/** A column of a table: `text` is what is shown, `value` what is sorted by (the text when left out). */
export interface Column<T> {
  key: string
  title: string
  text: (row: T) => string
  value?: (row: T) => number | string | null
  align?: 'left' | 'right'
  width?: string
  class?: string
  hint?: string
  /** A long title may take several lines. */
  wrap?: boolean
  /** Stays at the left while the rest is scrolled. */
  pinned?: boolean
}

/** By which column rows are ordered. */
export interface Order {
  key: string
  descending: boolean
}

/** Rows in order of a column; rows without a value come last either way, equal ones keep their order. */
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
