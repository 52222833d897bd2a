import { tableToCsv } from '#shared/figures/csv.ts'
import type { WriteText } from './definition.ts'

export const csv: WriteText = ({ table }) => tableToCsv(table())
