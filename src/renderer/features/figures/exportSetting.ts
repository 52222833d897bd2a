import type { FigureFormat } from '#shared/contract/index.ts'
import { figureFormats } from '#shared/figures/figureFormats.ts'
import { venues, venueSetting } from '#shared/figures/venues.ts'

export type Span = 'column' | 'text' | 'half'

/** What a figure is exported as. Lengths in inches, type in points. */
export interface ExportSetting {
  formats: FigureFormat[]
  width: number
  fontSize: number
  typeface: 'sans' | 'serif'
  dpi: number
  title: boolean
  /** null writes into the exports of the workspace. */
  directory: string | null
}

export const formatChoices = figureFormats.map(({ id, title }) => ({ value: id, label: title }))

/** The formats of a menu beside a figure, one click each. */
export const quickFormats = [
  { format: 'svg', label: 'SVG', icon: 'i-lucide-spline' },
  { format: 'png', label: 'PNG, 300 dpi', icon: 'i-lucide-image' },
  { format: 'pdf', label: 'PDF', icon: 'i-lucide-file-text' },
  { format: 'csv', label: 'Data as CSV', icon: 'i-lucide-table' },
] as const satisfies readonly { format: FigureFormat; label: string; icon: string }[]

export const firstSetting = (): ExportSetting => ({
  formats: ['pdf', 'csv', 'txt'],
  width: 3.25,
  fontSize: 8,
  typeface: 'serif',
  dpi: 300,
  title: false,
  directory: null,
})

/** Width and type of a venue, across a column, the text block, or half of it. Unknown venues change nothing. */
export function atVenue(setting: ExportSetting, venueId: string, span: Span): ExportSetting {
  const venue = venues.find((v) => v.id === venueId)
  return venue ? { ...setting, ...venueSetting(venue, span === 'half' ? 0.5 : span) } : setting
}

/** The setting as the contract takes it. */
export function exportInput({ directory, ...setting }: ExportSetting) {
  return directory === null ? setting : { ...setting, directory }
}
