import { thousands } from '../thousands.ts'
import type { FigureSpec, IntervalChoice, Point, Series } from './spec.ts'

/** What the range of an unfinished point is, where its confidence sequence is drawn. */
export const sequenceLabel = '95 % confidence sequence for all images'

/** Whether a figure has points whose images are not all measured, and for which a confidence sequence is known. */
export const hasSequences = ({ series }: Pick<FigureSpec, 'series'>): boolean =>
  series.some(({ points }) => points.some(({ all }) => all !== undefined))

/** A figure with another choice of what is drawn of unfinished points. Others stay as they are. */
export const withChoice = (spec: FigureSpec, intervals: IntervalChoice | undefined): FigureSpec =>
  intervals === undefined || !hasSequences(spec) ? spec : { ...spec, intervals }

/**
 * A figure with the ranges that are drawn in the place of `lo` and `hi`: of an unfinished point its confidence sequence,
 * unless the figure asks for the ranges of complete points. The label of a series is that of most of its points.
 */
export function withIntervals(spec: FigureSpec): FigureSpec {
  if (spec.intervals === 'complete' || !hasSequences(spec)) return spec
  return { ...spec, series: spec.series.map(withSequences) }
}

function withSequences(series: Series): Series {
  const open = series.points.filter(({ all }) => all !== undefined)
  if (open.length === 0) return series
  const usual = series.points.filter(({ all, lo }) => all === undefined && lo !== undefined)
  const mostly = open.length >= usual.length
  const points = series.points.map((point): Point => {
    const { rangeLabel, ...rest } = point
    if (!point.all)
      return mostly && point.lo !== undefined
        ? { ...rest, ...labelled(rangeLabel ?? series.bandLabel) }
        : point
    return { ...rest, ...point.all, ...(mostly ? {} : { rangeLabel: sequenceLabel }) }
  })
  return { ...series, points, ...(mostly ? { bandLabel: sequenceLabel } : {}) }
}

const labelled = (label: string | undefined) => (label === undefined ? {} : { rangeLabel: label })

/**
 * What stands under the plot of an unfinished figure: of how many images it is, and what its ranges are. null where no
 * point has a confidence sequence.
 */
export function unfinishedText(spec: FigureSpec): string | null {
  const open = spec.series.flatMap(({ points, bandLabel }) =>
    points.flatMap((point) => (point.all ? [{ ...point, label: point.rangeLabel ?? bandLabel }] : [])),
  )
  if (open.length === 0) return null
  const labels =
    spec.intervals === 'complete'
      ? [...new Set(open.flatMap(({ label, lo }) => (lo === undefined ? [] : (label ?? []))))]
      : [sequenceLabel]
  const [counts, planned] = [open.map(({ n }) => n ?? 0), open.map(({ of, n }) => of ?? n ?? 0)]
  return [`n = ${span(counts)} of ${span(planned)}`, ...labels].join('; ')
}

function span(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return least === most ? thousands(most) : `${thousands(least)} to ${thousands(most)}`
}
