/** A format that figures are exported in. */
export interface FigureFormatEntry {
  /** Ending of its files. */
  id: string
  title: string
  /** drawn: a picture, made by the press; written: text about the figure, such as its data. */
  kind: 'drawn' | 'written'
  /** Made of pixels, so that the resolution counts. */
  pixels?: true
}

/** Every format, in the order it is offered. What makes it is a file in the engine's `figures/formats/`. */
export const figureFormats = [
  { id: 'pdf', title: 'PDF', kind: 'drawn' },
  { id: 'svg', title: 'SVG', kind: 'drawn' },
  { id: 'png', title: 'PNG', kind: 'drawn', pixels: true },
  { id: 'csv', title: 'Data as CSV', kind: 'written' },
  { id: 'json', title: 'Data as JSON', kind: 'written' },
  { id: 'txt', title: 'Caption draft', kind: 'written' },
  { id: 'tex', title: 'Caption for LaTeX', kind: 'written' },
] as const satisfies readonly FigureFormatEntry[]

type Known = (typeof figureFormats)[number]

export type FigureFormat = Known['id']
export type DrawnFormat = Extract<Known, { kind: 'drawn' }>['id']
export type WrittenFormat = Extract<Known, { kind: 'written' }>['id']

export const figureFormatIds: readonly FigureFormat[] = figureFormats.map(({ id }) => id)

const drawn = new Set<FigureFormat>(figureFormats.flatMap(({ id, kind }) => (kind === 'drawn' ? id : [])))

export const isDrawn = (format: FigureFormat): format is DrawnFormat => drawn.has(format)

/** Whether the resolution counts for any of these. */
export const hasPixels = (formats: readonly FigureFormat[]): boolean =>
  figureFormats.some((format) => 'pixels' in format && formats.includes(format.id))
