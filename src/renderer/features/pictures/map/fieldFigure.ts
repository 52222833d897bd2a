import { isDiverging, type ColourMap } from '#shared/colour/list.ts'
import { tableToCsv } from '#shared/figures/csv.ts'
import type { FigureSpec, Photograph } from '#shared/figures/spec.ts'
import type { Field, FieldRange } from './field.ts'

interface FieldWords {
  id: string
  title: string
  /** What the values are, for the colour bar. */
  label: string
  /** Unit of a cell: "px", "patch". */
  cell: string
  map: ColourMap
  /** Ends of the colour map, as on screen. */
  range?: FieldRange
  notes: string[]
  alt: string
}

/**
 * A field as a heatmap figure, which the engine writes as PDF, SVG, PNG or data. Rows and columns are counted from 0.
 */
export function fieldFigure({ height, width, values }: Field, words: FieldWords): FigureSpec {
  const axis = (label: string) => ({
    label: `${label}, ${words.cell}`,
    unit: 'none' as const,
    scale: 'category' as const,
  })
  return {
    id: words.id,
    kind: 'heatmap',
    title: words.title,
    x: axis('Column'),
    y: axis('Row'),
    series: [],
    references: [],
    spans: [],
    cells: {
      rows: names(height),
      columns: names(width),
      values: Array.from(values, (value) => (Number.isFinite(value) ? value : null)),
      map: isDiverging(words.map) ? 'diverging' : 'sequential',
      label: words.label,
      ...(words.range ? { range: words.range } : {}),
    },
    notes: words.notes,
    alt: words.alt,
  }
}

/** Adds the image that the field was computed for, laid out as on screen. An image that cannot be read is left out. */
export async function withPhotograph(
  spec: FigureSpec,
  address: string | null,
  layout: 'overlay' | 'beside' | 'map',
  opacity: number,
): Promise<FigureSpec> {
  if (!spec.cells || address === null || layout === 'map') return spec
  const response = await fetch(address)
  if (!response.ok) return spec
  const bytes = new Uint8Array(await response.arrayBuffer())
  const photograph: Photograph = {
    png: base64(bytes),
    layout: layout === 'overlay' ? 'over' : 'beside',
    opacity,
  }
  return { ...spec, cells: { ...spec.cells, photograph } }
}

function base64(bytes: Uint8Array): string {
  const piece = 0x8000
  let text = ''
  for (let at = 0; at < bytes.length; at += piece)
    text += String.fromCharCode(...bytes.subarray(at, at + piece))
  return btoa(text)
}

/**
 * Names of the positions along an axis: all where there are few, else about eight at round distances. The others are
 * ''.
 */
export function names(size: number): string[] {
  const every = size <= 16 ? 1 : ([4, 8, 16, 32, 64, 128].find((step) => size / step <= 8) ?? 256)
  return Array.from({ length: size }, (_, place) => (place % every === 0 ? String(place) : ''))
}

/** Every value of a field as CSV: row, column, value. */
export function fieldCsv({ width, values }: Field, valueKey = 'value'): string {
  return tableToCsv({
    id: 'field',
    title: '',
    columns: [
      { key: 'row', title: 'Row', kind: 'integer' },
      { key: 'column', title: 'Column', kind: 'integer' },
      { key: valueKey, title: 'Value', kind: 'number' },
    ],
    rows: Array.from(values, (value, at) => ({
      row: Math.floor(at / width),
      column: at % width,
      [valueKey]: Number.isFinite(value) ? value : null,
    })),
  })
}
