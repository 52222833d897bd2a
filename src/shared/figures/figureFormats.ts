/** A format that figures are exported in. */
export interface FigureFormatEntry {
  /** Its file name ending. */
  id: string
  title: string
  /** drawn: a picture, which the engine renders; written: text about the figure, such as its data. */
  kind: 'drawn' | 'written'
  /** Whether it consists of pixels, so that the resolution matters. */
  pixels?: true
}

/**
 * Every format, in the order in which they are offered. The code that writes a format is a file in the engine's
 * `figures/formats/`.
 */
export const figureFormats = [
  { id: 'pdf', title: 'PDF', kind: 'drawn' },
  { id: 'svg', title: 'SVG', kind: 'drawn' },
  { id: 'png', title: 'PNG', kind: 'drawn', pixels: true },
  { id: 'csv', title: 'Data as CSV', kind: 'written' },
  { id: 'json', title: 'Data as JSON', kind: 'written' },
  { id: 'txt', title: 'Caption draft', kind: 'written' },
  { id: 'tex', title: 'Caption for LaTeX', kind: 'written' },
] as const satisfies readonly FigureFormatEntry[]

type KnownFormat = (typeof figureFormats)[number]

export type FigureFormat = KnownFormat['id']
export type DrawnFormat = Extract<KnownFormat, { kind: 'drawn' }>['id']
export type WrittenFormat = Extract<KnownFormat, { kind: 'written' }>['id']

export const figureFormatIds: readonly FigureFormat[] = figureFormats.map(({ id }) => id)

const drawn = new Set<FigureFormat>(figureFormats.flatMap(({ id, kind }) => (kind === 'drawn' ? id : [])))

export const isDrawn = (format: FigureFormat): format is DrawnFormat => drawn.has(format)

/** Whether the resolution matters for any of these formats. */
export const hasPixels = (formats: readonly FigureFormat[]): boolean =>
  figureFormats.some((format) => 'pixels' in format && formats.includes(format.id))
