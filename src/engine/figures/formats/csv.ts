import { tableToCsv } from '#shared/figures/csv.ts'
import type { Tell } from './definition.ts'

export const csv: Tell = ({ table }) => tableToCsv(table())
