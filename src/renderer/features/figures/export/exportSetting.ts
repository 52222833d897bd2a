import type { FigureFormat } from '#shared/contract/index.ts'
import { venues, venueSetting } from '#shared/figures/venues.ts'

export type Span = 'column' | 'text' | 'half'

/** Settings of an export. Lengths are in inches, font sizes in points. */
export interface ExportSetting {
  formats: FigureFormat[]
  width: number
  fontSize: number
  typeface: 'sans' | 'serif'
  dpi: number
  title: boolean
  /** null for the exports folder of the workspace. */
  directory: string | null
}

export const firstSetting = (): ExportSetting => ({
  formats: ['pdf', 'csv', 'txt'],
  width: 3.25,
  fontSize: 8,
  typeface: 'serif',
  dpi: 300,
  title: false,
  directory: null,
})

/**
 * Sets width and font size to those of a venue, across a column, the text block, or half of it. An unknown venue
 * changes nothing.
 */
export function atVenue(setting: ExportSetting, venueId: string, span: Span): ExportSetting {
  const venue = venues.find((v) => v.id === venueId)
  return venue ? { ...setting, ...venueSetting(venue, span === 'half' ? 0.5 : span) } : setting
}

/** The settings in the form of the contract. */
export function exportInput({ directory, ...setting }: ExportSetting) {
  return directory === null ? setting : { ...setting, directory }
}
