import type { BarSeriesOption, LineSeriesOption, ScatterSeriesOption, SeriesOption } from 'echarts'
import { fewBands } from './caption.ts'
import type { Frame } from './layout/frame.ts'
import { baselineDash, mark, reportedDash, type Mark } from './palette.ts'
import type { PlotStyle } from './plotStyle.ts'
import { isPartial } from './partial.ts'
import { hasRange, type DrawnSeries } from './points.ts'
import { band, barLayout, besideBand, errorBars, whiskers } from './ranges.ts'
import type { FigureSpec, Point } from './spec.ts'
import { offsetsOnOneLevel, symbolSize } from './symbols.ts'
import { groundOf, type FigureTheme } from './theme.ts'

/** Line width of a baseline, relative to that of other lines. */
const baselineWidth = 0.75

/** How a series is drawn among the others of its plot. */
interface Among {
  /** Index among the bars that share a category, and their number. */
  place: number
  count: number
  /** Whether its range is a band where others have whiskers. */
  band: boolean
  size: number
  /** From its points along x, where all series have one point at the same x. */
  offset: number
}

/** All series of a plot with their bands, whiskers or error bars. */
export function seriesOptions(
  series: readonly DrawnSeries[],
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  frame: Frame,
  style: Pick<PlotStyle, 'ranges' | 'chosen'>,
): SeriesOption[] {
  const own = series.filter(({ baseline }) => baseline === undefined)
  const ranged = own.filter(({ points }) => points.some(hasRange))
  const chosen = ranged.find(({ id }) => id === style.chosen) ?? ranged[0]
  const size = symbolSize(series, theme, frame)
  const alone = kind === 'bars' && !shareCategories(own)
  const offsets = kind === 'lines' ? offsetsOnOneLevel(own, size) : null
  return series.flatMap((one, place) =>
    seriesOption(one, kind, { ...theme, symbolSize: size }, style.ranges, {
      place: alone ? 0 : place,
      count: alone ? 1 : own.length,
      band: ranged.length <= fewBands || one === chosen,
      size,
      offset: offsets?.get(one.id) ?? 0,
    }),
  )
}

/** A series by itself, for legends. */
export const seriesAlone = (
  series: DrawnSeries,
  kind: FigureSpec['kind'],
  theme: FigureTheme,
): SeriesOption[] =>
  seriesOption(series, kind, theme, 'none', {
    place: 0,
    count: 1,
    band: true,
    size: theme.symbolSize,
    offset: 0,
  })

/** Whether any category has values of two series. Otherwise bars stand in the middle of their categories. */
function shareCategories(series: readonly DrawnSeries[]): boolean {
  const seen = new Set<number>()
  for (const { points } of series)
    for (const { x, y } of points) {
      if (y === null) continue
      if (seen.has(x)) return true
      seen.add(x)
    }
  return false
}

function seriesOption(
  series: DrawnSeries,
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  ranges: PlotStyle['ranges'],
  among: Among,
): SeriesOption[] {
  const own = mark(series.slot, theme.ink, theme.lineWidth, theme.palette)
  const ranged = ranges !== 'none' && series.baseline === undefined && series.points.some(hasRange)
  if (kind === 'bars')
    return [bars(series, own, theme, among), ...(ranged ? [errorBars(series, own, theme, among)] : [])]
  if (kind === 'scatter')
    return [scatter(series, own, theme), ...(ranged ? [errorBars(series, own, theme)] : [])]
  const drawn = line(series, own, theme, among)
  if (!ranged) return [drawn]
  if (!among.band) return [drawn, whiskers(series, own, theme, among.offset)]
  if (ranges === 'bars' || among.offset !== 0)
    return [drawn, errorBars(series, own, theme, undefined, among.offset)]
  const points = besideBand(series)
  return [
    drawn,
    band(series, own, theme),
    ...(points.length > 0 ? [errorBars({ ...series, points }, own, theme)] : []),
  ]
}

function line(series: DrawnSeries, own: Mark, theme: FigureTheme, { offset }: Among): LineSeriesOption {
  const reported = series.origin === 'reported'
  const baseline = series.baseline !== undefined
  const symbols = series.symbols && !baseline
  return {
    ...common(series, theme, symbolStyle(own, theme, true)),
    type: 'line',
    showSymbol: symbols,
    showAllSymbol: true,
    symbol: symbols ? own.symbol : 'none',
    symbolSize: theme.symbolSize,
    ...(offset === 0 ? {} : { symbolOffset: [offset, 0] }),
    connectNulls: false,
    z: baseline ? 2 : 3,
    lineStyle: baseline
      ? {
          color: own.colour,
          width: theme.lineWidth * baselineWidth,
          type: timesWidth(baselineDash, theme),
        }
      : {
          color: own.colour,
          width: theme.lineWidth,
          type: reported ? timesWidth(reportedDash, theme) : dashOf(own),
        },
    itemStyle: symbolStyle(own, theme, reported),
  }
}

function scatter(series: DrawnSeries, own: Mark, theme: FigureTheme): ScatterSeriesOption {
  return {
    ...common(series, theme, symbolStyle(own, theme, true)),
    type: 'scatter',
    symbol: own.symbol,
    symbolSize: theme.symbolSize * 1.3,
    z: 3,
    itemStyle: { ...symbolStyle(own, theme, series.origin === 'reported'), opacity: 1 },
  }
}

function bars(series: DrawnSeries, own: Mark, theme: FigureTheme, { count }: Among): BarSeriesOption {
  const reported = series.origin === 'reported'
  return {
    ...common(series, theme, { opacity: pale }),
    ...barLayout(theme),
    ...(count === 1 ? { barGap: '-100%' } : {}),
    type: 'bar',
    z: 2,
    itemStyle: {
      color: reported ? 'transparent' : own.fill,
      borderColor: own.fill,
      borderWidth: theme.lineWidth * 0.8,
      borderType: reported ? timesWidth(reportedDash, theme) : 'solid',
    },
  }
}

/** Opacity of a bar that stands on fewer images than planned. */
const pale = 0.4

const faint = { opacity: 0.15 }

/**
 * On screen, the pointer brings a series to the front when it is over the series' points or legend entry.
 *
 * @param partial style of points that stand on fewer images or draws than planned
 */
function common(series: DrawnSeries, theme: FigureTheme, partial: object) {
  const datum = (point: Point) => {
    const value = [point.x, point.y ?? '-']
    return isPartial(point) ? { value, itemStyle: partial } : value
  }
  return {
    id: series.id,
    name: series.key,
    data: series.points.map(datum),
    encode: { x: 0, y: 1 },
    progressive: 0,
    ...(theme.tooltip
      ? { emphasis: { focus: 'series' as const }, blur: { itemStyle: faint, lineStyle: faint } }
      : { emphasis: { disabled: true } }),
  }
}

function symbolStyle({ colour }: Mark, theme: FigureTheme, hollow: boolean) {
  if (!hollow) return { color: colour, borderWidth: 0 }
  return { color: groundOf(theme), borderColor: colour, borderWidth: theme.lineWidth * 0.8 }
}

const dashOf = ({ dash }: Mark) => (dash.length === 0 ? ('solid' as const) : dash)
const timesWidth = (dash: readonly number[], theme: FigureTheme) =>
  dash.map((length) => length * theme.lineWidth)
