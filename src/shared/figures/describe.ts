import { cellRange } from './cellRange.ts'
import { axisName, formatValue, plainNumber } from './format.ts'
import { drawnSeries } from './points.ts'
import type { Axis, FigureSpec, Point } from './spec.ts'

/** Largest number of series that are all described. Of more, the first ones are described and the rest counted. */
const mostSeries = 12
/** Largest number of points of a series that are all given. Of more, the ends and the extremes are given. */
const mostPoints = 6

const kinds = { lines: 'Line chart', bars: 'Bar chart', scatter: 'Scatter plot', heatmap: 'Heatmap' }

/**
 * A figure in words, for readers who do not see it: what it shows, its kind, its axes, its series and their main
 * values. The table of the figure has all values.
 */
export function describeFigure(spec: FigureSpec): string {
  const parts = spec.kind === 'heatmap' ? describeCells(spec) : describeSeries(spec)
  return [spec.alt, ...parts]
    .map((sentence) => sentence.trim().replace(/\.*$/, '.'))
    .filter((sentence) => sentence !== '.')
    .join(' ')
}

function describeCells({ cells, x, y }: FigureSpec): string[] {
  if (!cells) return [`${kinds.heatmap} without cells`]
  const { rows, columns, values, label } = cells
  const known = values.flatMap((value, at) =>
    value !== null && Number.isFinite(value) ? [{ value, at }] : [],
  )
  const size = `${kinds.heatmap} of ${rows.length} rows (${y.label}) and ${columns.length} columns (${x.label})`
  if (known.length === 0) return [size, 'No cell has a value']
  const largest = known.reduce((best, own) => (own.value > best.value ? own : best))
  const least = known.reduce((best, own) => (own.value < best.value ? own : best))
  const placed = ({ value, at }: { value: number; at: number }) => {
    const [row, column] = [Math.floor(at / columns.length), at % columns.length]
    const of = (names: readonly string[], place: number) => names[place] || String(place)
    return `${plainNumber(value, 3)} at ${of(rows, row)}, ${of(columns, column)}`
  }
  const { min, max } = cellRange(cells)
  return [
    size,
    `${label}: largest ${placed(largest)}; least ${placed(least)}; colours from ${plainNumber(min, 3)} to ${plainNumber(max, 3)}`,
  ]
}

function describeSeries(spec: FigureSpec): string[] {
  const series = drawnSeries(spec)
  const names = `${axisName(spec.x)} across, ${axisName(spec.y)} upwards${spec.y.scale === 'log' ? ', logarithmic' : ''}`
  const more = series.length - mostSeries
  return [
    `${kinds[spec.kind]} of ${series.length} series: ${names}`,
    ...series.slice(0, mostSeries).map(({ label, points }) => `${label}: ${describePoints(points, spec)}`),
    ...(more > 0 ? [`And ${more} more series`] : []),
    ...spec.references.map(({ label, axis, value }) => `Line at ${formatValue(spec[axis], value)}: ${label}`),
  ]
}

function describePoints(points: readonly Point[], { x, y, kind }: FigureSpec): string {
  const known = points.filter((point): point is Point & { y: number } => point.y !== null)
  const told = (point: Point) =>
    `${formatValue(y, point.y)} at ${kind === 'bars' || x.categories ? place(x, point.x) : formatValue(x, point.x)}`
  const [first, last] = [known[0], known.at(-1)]
  if (!first || !last) return 'no value'
  if (known.length <= mostPoints) return known.map(told).join(', ')
  const largest = known.reduce((best, own) => (own.y > best.y ? own : best))
  const least = known.reduce((best, own) => (own.y < best.y ? own : best))
  const extremes = [
    ...(largest === first || largest === last ? [] : [`largest ${told(largest)}`]),
    ...(least === first || least === last ? [] : [`least ${told(least)}`]),
  ]
  return [`${known.length} points, from ${told(first)} to ${told(last)}`, ...extremes].join(', ')
}

const place = (axis: Axis, at: number) => axis.categories?.[Math.round(at)] ?? formatValue(axis, at)
