import type { DataTable } from '../dataTable.ts'

/** A format for exported tables. A new format is a file beside this one and an entry in the list of `index.ts`. */
export interface TableFormatDefinition {
  /** Its file name ending. */
  id: string
  title: string
  /** Media type. */
  type: string
  icon: string
  /** Writes the whole file, with notes where the format has a place for them. */
  write(table: DataTable, notes: readonly string[]): string
  /**
   * For a paper: where a table has models x conditions it is written in that form, and only n and intervals are noted.
   * What was used is a file beside it.
   */
  paper?: true
  /** Prints the table on a terminal; by default the file itself is printed. */
  print?(table: DataTable): string
}
