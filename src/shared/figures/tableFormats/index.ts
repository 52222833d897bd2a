import { csv } from './csv.ts'
import type { TableFormatDefinition } from './definition.ts'
import { json } from './json.ts'
import { md } from './md.ts'
import { tex } from './tex.ts'

/** Every format of tables. */
const all = [
  // In the order in which they are offered.
  tex,
  md,
  csv,
  json,
] as const

export type TableFormat = (typeof all)[number]['id']

export const tableFormats: readonly (TableFormatDefinition & { id: TableFormat })[] = all

export const tableFormatIds: readonly TableFormat[] = all.map(({ id }) => id)

/** The format of an id; undefined for an unknown id. */
export const tableFormatOf = (id: string) => tableFormats.find((format) => format.id === id)
