import type { DataTable } from '../../contract/studyResult.ts'

/** A format that tables are exported in: a file beside this one and its place in the list of `index.ts`. */
export interface TableFormatDefinition {
  /** Ending of its files. */
  id: string
  title: string
  /** Media type. */
  type: string
  icon: string
  /** The whole file, with notes where the format has a place for them. */
  write(table: DataTable, notes: readonly string[]): string
  /** On a terminal; the file where it is left out. */
  print?(table: DataTable): string
}
