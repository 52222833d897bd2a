import { tableToLatex } from '../latex.ts'
import type { TableFormatDefinition } from './definition.ts'

export const tex = {
  id: 'tex',
  title: 'LaTeX',
  type: 'text/x-tex',
  icon: 'i-lucide-file-text',
  paper: true,
  write: (table, notes) => tableToLatex(table, { notes }),
} as const satisfies TableFormatDefinition
