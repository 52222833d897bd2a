import { withIntervals } from './intervals.ts'
import type { FigureSpec, Point, Series } from './spec.ts'

/** A series as it is drawn: its label is unique in the figure, and every point can be placed on the axes. */
export interface DrawnSeries extends Series {
  label: string
  /** Its legend entry. Baselines of one kind share an entry. */
  key: string
}

/** The name of a series, followed by what distinguishes it from series of the same name. */
export const fullName = ({ name, origin, baseline }: Pick<Series, 'name' | 'origin' | 'baseline'>): string =>
  origin === 'reported' ? `${name} (reported)` : baseline === undefined ? name : `${name}, ${baseline}`

/** Whether a point has both ends of a band or error bar. */
export function hasRange(point: Point): point is Point & { lo: number; hi: number } {
  return point.y !== null && Number.isFinite(point.lo) && Number.isFinite(point.hi)
}

/**
 * The series of a figure, with unique labels, the ranges that are drawn (`withIntervals`) and only with values that the axes can show. Values that are not finite
 * become gaps, and so do values up to zero on a logarithmic axis. There an error bar that reaches zero ends at the
 * smallest positive value of the figure.
 */
export function drawnSeries(figure: FigureSpec): DrawnSeries[] {
  const spec = withIntervals(figure)
  const names = new Map<string, number>()
  const floor = spec.y.scale === 'log' ? smallestPositive(spec) : Number.NEGATIVE_INFINITY
  return spec.series.map((series) => {
    const plain = fullName(series)
    const seen = (names.get(plain) ?? 0) + 1
    names.set(plain, seen)
    const label = seen === 1 ? plain : `${plain} (${seen})`
    return {
      ...series,
      label,
      key: series.baseline ?? label,
      points: series.points.map((point) => placed(point, spec, floor)),
    }
  })
}

/** Whether the range of a point is what the ranges of its series are. Others are drawn as error bars, not as band. */
export const isOfBand = (point: Point): boolean => point.rangeLabel === undefined

/** Splits points into runs of neighbours that have a band. A missing value, end or other range ends a run. */
export function bandSegments(points: readonly Point[]): { x: number; lo: number; hi: number }[][] {
  const segments: { x: number; lo: number; hi: number }[][] = []
  let open: { x: number; lo: number; hi: number }[] = []
  for (const point of points) {
    if (hasRange(point) && isOfBand(point)) open.push({ x: point.x, lo: point.lo, hi: point.hi })
    else {
      if (open.length > 0) segments.push(open)
      open = []
    }
  }
  if (open.length > 0) segments.push(open)
  return segments
}

function placed(point: Point, spec: FigureSpec, floor: number): Point {
  const { lo, hi, ...rest } = point
  const log = spec.y.scale === 'log'
  const offAxis = spec.x.scale === 'log' && !(point.x > 0)
  const y =
    point.y !== null && Number.isFinite(point.y) && !(log && point.y <= 0) && !offAxis ? point.y : null
  if (y === null || lo === undefined || hi === undefined) return { ...rest, y }
  return { ...rest, y, lo: Math.max(lo, floor), hi: Math.max(hi, floor) }
}

function smallestPositive(spec: FigureSpec): number {
  let smallest = Number.POSITIVE_INFINITY
  for (const { points } of spec.series)
    for (const { y, lo, hi } of points)
      for (const value of [y, lo, hi])
        if (typeof value === 'number' && value > 0) smallest = Math.min(smallest, value)
  return smallest
}
