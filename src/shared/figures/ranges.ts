import type { CustomSeriesOption, CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts'
import { reportedDash, type Mark } from './palette.ts'
import { bandSegments, hasRange, isOfBand, type DrawnSeries } from './points.ts'
import type { FigureTheme } from './theme.ts'

/**
 * The points of a line whose ranges are error bars beside its band: a run of a single point has no area, and a range
 * may have another definition.
 */
export function besideBand(series: DrawnSeries): DrawnSeries['points'] {
  const inBand = new Set(runsOf(series).flatMap((run) => run.map(({ x }) => x)))
  return series.points.filter((point) => hasRange(point) && !(isOfBand(point) && inBand.has(point.x)))
}

const runsOf = ({ points }: DrawnSeries) => bandSegments(points).filter(({ length }) => length > 1)

/** The band between `lo` and `hi` of a line, as one polygon per unbroken run of points. */
export function band(series: DrawnSeries, { colour }: Mark, theme: FigureTheme): CustomSeriesOption {
  const segments = runsOf(series)
  const opacity = theme.bandOpacity
  return {
    ...silent(series, 'band'),
    clip: true,
    data: segments.flatMap((segment, at) => segment.map(({ x, lo, hi }) => [x, lo, hi, at])),
    encode: { x: 0, y: [1, 2] },
    z: 1,
    itemStyle: { color: colour },
    renderItem: (params, api) => {
      const first = segments.findIndex((_, at) => firstIndex(segments, at) === params.dataIndex)
      const segment = segments[first]
      if (!segment) return null
      const upper = segment.map(({ x, hi }) => api.coord([x, hi]))
      const lower = segment.map(({ x, lo }) => api.coord([x, lo])).reverse()
      return {
        type: 'polygon',
        shape: { points: [...upper, ...lower] },
        style: { fill: colour, opacity },
        blur: { style: { opacity: opacity * 0.15 } },
        silent: true,
      }
    },
  }
}

/** Whiskers without caps, thin enough for many curves. Ranges of another definition have caps. */
export function whiskers(
  series: DrawnSeries,
  { colour }: Mark,
  theme: FigureTheme,
  offset: number,
): CustomSeriesOption {
  const points = series.points.filter(hasRange)
  return {
    ...silent(series, 'range'),
    data: points.map(({ x, lo, hi }) => [x, lo, hi]),
    encode: { x: 0, y: [1, 2] },
    z: 1,
    itemStyle: { color: colour },
    renderItem: (params, api) => {
      const point = points[params.dataIndex]
      const cap = point && !isOfBand(point) ? theme.symbolSize / 2 : 0
      return errorBarShape(params, api, { offset, stroke: colour, width: 0.45, cap }, theme)
    },
  }
}

/** Width of an error bar, in line widths. */
const errorBarWidth = 0.8

/** Share of a bar's width that its error bar may cover. Thinner ones have no caps. */
const mostOfBar = 0.3

/**
 * Error bars with caps. `place` is the index of this series among `count` bars that share a category. Without it the
 * error bar stands at the point itself.
 */
export function errorBars(
  series: DrawnSeries,
  mark: Mark,
  theme: FigureTheme,
  bars?: { place: number; count: number },
  away = 0,
): CustomSeriesOption {
  const stroke = bars ? theme.ink : mark.colour
  return {
    ...silent(series, 'range'),
    data: series.points.filter(hasRange).map(({ x, lo, hi }) => [x, lo, hi]),
    encode: { x: 0, y: [1, 2] },
    z: 4,
    itemStyle: { color: mark.colour },
    renderItem: (params, api) => {
      const bar = bars ? api.barLayout({ count: bars.count, ...barLayout(theme) })?.[bars.place] : undefined
      const room = bar?.width ?? Number.POSITIVE_INFINITY
      const width = Math.min(errorBarWidth, (room * mostOfBar) / theme.lineWidth)
      const cap = width < errorBarWidth ? 0 : Math.min(theme.symbolSize / 2, room * 0.35)
      const dashed = series.origin === 'reported'
      const style = { offset: bar?.offsetCenter ?? away, stroke, width, cap, dashed }
      return errorBarShape(params, api, style, theme)
    },
  }
}

/** Gaps between bars and their greatest width. Bars and the error bars on them must use the same ones. */
export const barLayout = ({ fontSize }: Pick<FigureTheme, 'fontSize'>) =>
  ({ barGap: '10%', barCategoryGap: '30%', barMaxWidth: fontSize * 5 }) as const

interface BarStyle {
  /** From the point along x. */
  offset: number
  stroke: string
  /** Half the length of the caps. */
  cap: number
  /** In line widths. */
  width: number
  dashed?: boolean
}

/** An error bar, cut off where the plot ends. Caps of the first and last point may stand over its edge. */
function errorBarShape(
  { coordSys }: CustomSeriesRenderItemParams,
  api: CustomSeriesRenderItemAPI,
  style: BarStyle,
  theme: FigureTheme,
) {
  const { offset, stroke, cap, width, dashed = false } = style
  const box = new Map<string, unknown>(Object.entries(coordSys))
  const edge = (name: string) => Number(box.get(name))
  const [top, bottom] = [edge('y'), edge('y') + edge('height')]
  const [x = 0, lowest = 0] = api.coord([api.value(0), api.value(1)])
  const [, highest = 0] = api.coord([api.value(0), api.value(2)])
  if (x < edge('x') - 1 || x > edge('x') + edge('width') + 1) return null
  const [low, high] = [Math.min(lowest, bottom), Math.max(highest, top)]
  if (low < high) return null
  const centre = x + offset
  const line = (x1: number, y1: number, x2: number, y2: number, lineDash: number[] = []) => ({
    type: 'line' as const,
    shape: { x1, y1, x2, y2 },
    style: { stroke, lineWidth: theme.lineWidth * width, lineDash },
    blur: { style: { opacity: 0.15 } },
  })
  const whole = [...(low === lowest ? [low] : []), ...(high === highest ? [high] : [])]
  const caps = whole.map((y) => line(centre - cap, y, centre + cap, y))
  return {
    type: 'group' as const,
    silent: true,
    children: [line(centre, low, centre, high, dashed ? [...reportedDash] : []), ...(cap > 0 ? caps : [])],
  }
}

function silent(series: DrawnSeries, part: string) {
  return {
    type: 'custom' as const,
    id: `${series.id}·${part}`,
    name: series.key,
    silent: true,
    clip: false,
    animation: false,
    progressive: 0,
    tooltip: { show: false },
  }
}

function firstIndex(segments: readonly unknown[][], at: number): number {
  let first = 0
  for (let i = 0; i < at; i++) first += segments[i]?.length ?? 0
  return first
}
