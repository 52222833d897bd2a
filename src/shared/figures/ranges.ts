import type { CustomSeriesOption, CustomSeriesRenderItemAPI } from 'echarts'
import { reportedDash, type Mark } from './palette.ts'
import { bandSegments, hasRange, type DrawnSeries } from './points.ts'
import type { FigureTheme } from './theme.ts'

/** Up to this number of series, bands have their full opacity. */
const fewBands = 3

/**
 * The band between `lo` and `hi` of a line, as one polygon per unbroken run of points. A run of a single point has no
 * area and becomes an error bar. The ends are data of the series, so the axis includes them. Among many series bands
 * are paler, so that lines stay visible where bands overlap.
 */
export function band(
  series: DrawnSeries,
  { colour }: Mark,
  theme: FigureTheme,
  count: number,
): CustomSeriesOption {
  const segments = bandSegments(series.points)
  const opacity = theme.bandOpacity * Math.min(1, fewBands / count)
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
      if (segment.length === 1) return errorBarShape(params.dataIndex, api, 0, colour, theme)
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

/**
 * Error bars with caps. `place` is the index of this series among `count` bars that share a category. Without it the
 * error bar stands at the point itself.
 */
export function errorBars(
  series: DrawnSeries,
  mark: Mark,
  theme: FigureTheme,
  bars?: { place: number; count: number },
): CustomSeriesOption {
  const stroke = bars ? theme.ink : mark.colour
  return {
    ...silent(series, 'range'),
    data: series.points.filter(hasRange).map(({ x, lo, hi }) => [x, lo, hi]),
    encode: { x: 0, y: [1, 2] },
    z: 4,
    itemStyle: { color: mark.colour },
    renderItem: (params, api) => {
      const offset = bars
        ? (api.barLayout({ count: bars.count, ...barGaps })?.[bars.place]?.offsetCenter ?? 0)
        : 0
      return errorBarShape(params.dataIndex, api, offset, stroke, theme, series.origin === 'reported')
    },
  }
}

/** Gaps between bars. Bars and the error bars on them must use the same ones. */
export const barGaps = { barGap: '10%', barCategoryGap: '30%' } as const

function errorBarShape(
  index: number,
  api: CustomSeriesRenderItemAPI,
  offset: number,
  stroke: string,
  theme: FigureTheme,
  dashed = false,
) {
  const [x = 0, low = 0] = api.coord([api.value(0, index), api.value(1, index)])
  const [, high = 0] = api.coord([api.value(0, index), api.value(2, index)])
  const centre = x + offset
  const cap = theme.symbolSize / 2
  const line = (x1: number, y1: number, x2: number, y2: number, lineDash: number[] = []) => ({
    type: 'line' as const,
    shape: { x1, y1, x2, y2 },
    style: { stroke, lineWidth: theme.lineWidth * 0.8, lineDash },
    blur: { style: { opacity: 0.15 } },
  })
  return {
    type: 'group' as const,
    silent: true,
    children: [
      line(centre, low, centre, high, dashed ? [...reportedDash] : []),
      line(centre - cap, low, centre + cap, low),
      line(centre - cap, high, centre + cap, high),
    ],
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
