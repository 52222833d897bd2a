import type { FigureSpec } from './spec.ts'

interface MapFigure {
  id: string
  title: string
  values: ArrayLike<number>
  rows: number
  columns: number
  /** What the values are; written beside the colour bar. */
  label: string
  /** Signed values get a map that is centred at zero. */
  signed: boolean
  unit: 'pixels' | 'patches'
  notes: readonly string[]
}

/** A map over an image as a figure. It holds every value, so its CSV is the data. */
export function mapSpec({
  id,
  title,
  values,
  rows,
  columns,
  label,
  signed,
  unit,
  notes,
}: MapFigure): FigureSpec {
  return {
    id,
    kind: 'heatmap',
    title,
    x: { label: `Column, ${unit}`, unit: 'none', scale: 'category' },
    y: { label: `Row, ${unit}`, unit: 'none', scale: 'category' },
    series: [],
    references: [],
    spans: [],
    cells: {
      rows: ticks(rows),
      columns: ticks(columns),
      values: Array.from(values, (value) => (Number.isFinite(value) ? value : null)),
      map: signed ? 'diverging' : 'sequential',
      label,
    },
    notes: [...notes],
    alt: `${title}: ${rows} by ${columns} ${unit}, ${label}.`,
  }
}

/** Names of the first, the last and some positions between them; the others have no name. */
function ticks(count: number): string[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((size) => count / size <= 8) ?? Math.ceil(count / 8)
  return Array.from({ length: count }, (_, at) => (at % step === 0 ? String(at) : ''))
}
