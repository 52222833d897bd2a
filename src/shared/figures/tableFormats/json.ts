import type { TableFormatDefinition } from './definition.ts'

export const json = {
  id: 'json',
  title: 'JSON',
  type: 'application/json',
  icon: 'i-lucide-braces',
  write: (table) => `${JSON.stringify(table, null, 2)}\n`,
} as const satisfies TableFormatDefinition
