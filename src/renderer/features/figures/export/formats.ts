import type { FigureFormat } from '#shared/contract/index.ts'
import { figureFormats } from '#shared/figures/figureFormats.ts'

/** Every format of figures, as dialogs offer them. */
export const formatChoices = figureFormats.map(({ id, title }) => ({ value: id, label: title }))

/** Formats that the menu of a figure writes directly. */
export const menuFormats: readonly { format: FigureFormat; label: string; icon: string }[] = [
  { format: 'svg', label: 'SVG', icon: 'i-lucide-spline' },
  { format: 'png', label: 'PNG, 300 dpi', icon: 'i-lucide-image' },
  { format: 'pdf', label: 'PDF', icon: 'i-lucide-file-text' },
  { format: 'csv', label: 'Data as CSV', icon: 'i-lucide-table' },
]

/** Items of an export menu. */
export const formatItems = (write: (format: FigureFormat) => void) =>
  menuFormats.map(({ format, label, icon }) => ({ label, icon, onSelect: () => write(format) }))
