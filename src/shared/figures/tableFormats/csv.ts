import { tableToCsv } from '../csv.ts'
import type { TableFormatDefinition } from './definition.ts'

export const csv = {
  id: 'csv',
  title: 'CSV',
  type: 'text/csv',
  icon: 'i-lucide-table',
  write: tableToCsv,
} as const satisfies TableFormatDefinition
