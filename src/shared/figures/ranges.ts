import type { CustomSeriesOption, CustomSeriesRenderItemAPI } from 'echarts'
import { reportedDash, type Mark } from './palette.ts'
import { bandSegments, hasRange, isOfBand, type DrawnSeries } from './points.ts'
import type { FigureTheme } from './theme.ts'

/**
 * The band between `lo` and `hi` of a line, as one polygon per unbroken run of points. A run of a single point has no
 * area and becomes an error bar; so does a point whose range has another definition.
 */
export function band(series: DrawnSeries, { colour }: Mark, theme: FigureTheme): CustomSeriesOption {
  const others = series.points.filter((point) => hasRange(point) && !isOfBand(point)).filter(hasRange)
  const segments = [...bandSegments(series.points), ...others.map(({ x, lo, hi }) => [{ x, lo, hi }])]
  const opacity = theme.bandOpacity
  return {
    ...silent(series, 'band'),
    data: segments.flatMap((segment, at) => segment.map(({ x, lo, hi }) => [x, lo, hi, at])),
    encode: { x: 0, y: [1, 2] },
    z: 1,
    itemStyle: { color: colour },
    renderItem: (params, api) => {
      const first = segments.findIndex((_, at) => firstIndex(segments, at) === params.dataIndex)
      const segment = segments[first]
      if (!segment) return null
      if (segment.length === 1)
        return errorBarShape(params.dataIndex, api, { offset: 0, stroke: colour }, theme)
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

/** Whiskers without caps, thin enough for many curves. */
export function whiskers(
  series: DrawnSeries,
  { colour }: Mark,
  theme: FigureTheme,
  offset: number,
): CustomSeriesOption {
  return {
    ...silent(series, 'range'),
    data: series.points.filter(hasRange).map(({ x, lo, hi }) => [x, lo, hi]),
    encode: { x: 0, y: [1, 2] },
    z: 1,
    itemStyle: { color: colour },
    renderItem: (params, api) =>
      errorBarShape(params.dataIndex, api, { offset, stroke: colour, width: 0.45, cap: 0 }, theme),
  }
}

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
      const bar = bars ? api.barLayout({ count: bars.count, ...barGaps })?.[bars.place] : undefined
      const cap = Math.min(theme.symbolSize / 2, (bar?.width ?? Number.POSITIVE_INFINITY) * 0.35)
      const style = { offset: bar?.offsetCenter ?? away, stroke, cap, dashed: series.origin === 'reported' }
      return errorBarShape(params.dataIndex, api, style, theme)
    },
  }
}

/** Gaps between bars. Bars and the error bars on them must use the same ones. */
export const barGaps = { barGap: '10%', barCategoryGap: '30%' } as const

interface BarStyle {
  /** From the point along x. */
  offset: number
  stroke: string
  /** Half the length of the caps. */
  cap?: number
  /** In line widths. */
  width?: number
  dashed?: boolean
}

function errorBarShape(index: number, api: CustomSeriesRenderItemAPI, style: BarStyle, theme: FigureTheme) {
  const { offset, stroke, cap = theme.symbolSize / 2, width = 0.8, dashed = false } = style
  const [x = 0, low = 0] = api.coord([api.value(0, index), api.value(1, index)])
  const [, high = 0] = api.coord([api.value(0, index), api.value(2, index)])
  const centre = x + offset
  const line = (x1: number, y1: number, x2: number, y2: number, lineDash: number[] = []) => ({
    type: 'line' as const,
    shape: { x1, y1, x2, y2 },
    style: { stroke, lineWidth: theme.lineWidth * width, lineDash },
    blur: { style: { opacity: 0.15 } },
  })
  const caps = [low, high].map((y) => line(centre - cap, y, centre + cap, y))
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
    clip: true,
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
