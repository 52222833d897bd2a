import type { SalvagedTable } from './contract/index.ts'

/** What stands over the columns of what was salvaged. */
export const salvageColumns = ['Table', 'Read', 'Left out', 'Lost'] as const

/** A table of a database as it is told of a salvage. */
export interface SalvageRow {
  title: string
  read: string
  leftOut: string
  lost: string
}

/** The tables that had rows. A dash where nothing says how many there were. */
export const salvageRows = (tables: readonly SalvagedTable[]): SalvageRow[] =>
  tables
    .filter(({ read, damaged, lost }) => read > 0 || damaged > 0 || lost !== 0)
    .map(({ name, read, damaged, lost }) => ({
      title: name,
      read: String(read),
      leftOut: String(damaged),
      lost: lost === null ? '–' : String(lost),
    }))

/** What came of a salvage, in one sentence. */
export function salvageText(tables: readonly SalvagedTable[]): string {
  const sum = (of: (table: SalvagedTable) => number) => tables.reduce((total, table) => total + of(table), 0)
  // Rows that are lost are those that were left out, too.
  const [damaged, lost] = [sum((table) => table.damaged), sum((table) => table.lost ?? table.damaged)]
  const unknown = tables.filter((table) => table.lost === null && table.read > 0).map(({ name }) => name)
  const said =
    lost === 0
      ? 'Nothing is known to be lost.'
      : `${lost} ${lost === 1 ? 'row is' : 'rows are'} lost${damaged > 0 ? `, ${damaged} of them because they were not what was stored` : ''}.`
  return unknown.length === 0 ? said : `${said} How many there were is not known of: ${unknown.join(', ')}.`
}
