import type { DataTable } from '#shared/contract/index.ts'
import { pText } from '#shared/pText.ts'
import { integer, percent, points, significant } from '../../../lib/format.ts'
import type { Column } from '../../../ui/table.ts'

type Row = DataTable['rows'][number]
type Value = Row[string] | undefined

/** The columns of a contract table, for the table on screen. */
export function columnsOf(table: DataTable): Column<Row>[] {
  return table.columns.map((column) => {
    const numeric = column.kind !== 'text' && column.kind !== 'interval'
    const text = (row: Row) => cellText(row[column.key], column)
    const short = table.rows.every((row) => text(row).length <= 48)
    return {
      key: column.key,
      title: column.title,
      align: numeric ? 'right' : 'left',
      class: short ? 'whitespace-nowrap' : 'min-w-64',
      text,
      ...(numeric
        ? { value: (row: Row) => (typeof row[column.key] === 'number' ? Number(row[column.key]) : null) }
        : {}),
    }
  })
}

function cellText(value: Value, { kind, p }: DataTable['columns'][number]): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  if (p) return pText(value)
  switch (kind) {
    case 'fraction':
      return percent(value)
    case 'points':
      return points(value)
    case 'integer':
      return integer(value)
    default:
      return significant(value)
  }
}
