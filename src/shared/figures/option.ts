import type {
  BarSeriesOption,
  EChartsOption,
  LineSeriesOption,
  ScatterSeriesOption,
  SeriesOption,
  TitleComponentOption,
} from 'echarts'
import { formatTick } from './format.ts'
import { heatmap } from './heatmap.ts'
import { defaultSize, gap, grid, xAxis, yAxis, type FigureSize } from './layout.ts'
import { legend } from './legend.ts'
import { defaultPlotStyle, type PlotStyle } from './plotStyle.ts'
import { baselineDash, mark, reportedDash, type Mark } from './palette.ts'
import { isPartial } from './partial.ts'
import { drawnSeries, hasRange, type DrawnSeries } from './points.ts'
import { band, barGaps, errorBars } from './ranges.ts'
import { referenceSeries } from './references.ts'
import type { FigureSpec } from './spec.ts'
import { groundOf, textWidth, type FigureTheme } from './theme.ts'
import { tooltip } from './tooltip.ts'

/**
 * A figure as an ECharts option. Pure: the same spec, theme and size give the same option.
 *
 * Each series keeps its `id`, and its data keep the order of `points`, so `seriesId` and `dataIndex` of a click lead to
 * the point and its `ref`. The renderer needs these charts: line, bar, scatter, heatmap, custom; and these components:
 * grid, legend, title, tooltip, markLine, markArea, visualMap, graphic, aria.
 *
 * @param size of the drawing in its unit, for legends and labels that must fit; by default 640 by 400
 * @param plotStyle an author's choices for this plot; by default with the legend above it and with bands
 */
export function toOption(
  spec: FigureSpec,
  theme: FigureTheme,
  size: FigureSize = defaultSize,
  plotStyle: PlotStyle = defaultPlotStyle,
): EChartsOption {
  const title = titleOf(spec, theme, size)
  const base: EChartsOption = {
    animation: theme.animation,
    animationDuration: 200,
    backgroundColor: theme.background,
    textStyle: { fontFamily: theme.fontFamily, fontSize: theme.fontSize, color: theme.ink },
    title: title.option,
    tooltip: tooltip(spec, theme),
    aria: { enabled: true, label: { description: spec.alt } },
  }
  if (spec.kind === 'heatmap') return { ...base, ...heatmap(spec, theme, size, title.height, plotStyle) }
  const drawn = withCategories(spec)
  const series = drawnSeries(drawn)
  const count = series.filter(({ baseline }) => baseline === undefined).length
  const key = legend(series, drawn.kind, theme, size, title.height, plotStyle)
  return {
    ...base,
    legend: key.option,
    grid: grid(theme, key.margins, plotStyle.insets),
    xAxis: xAxis(drawn, theme, size, plotStyle.step),
    yAxis: yAxis(drawn, theme, plotStyle.step),
    series: [
      ...series.flatMap((entry, place) => drawSeries(entry, { place, count }, drawn.kind, theme, plotStyle)),
      ...referenceSeries(drawn, theme),
    ],
  }
}

function titleOf(spec: FigureSpec, theme: FigureTheme, size: FigureSize) {
  if (!theme.title || spec.title === '')
    return { option: { show: false } satisfies TitleComponentOption, height: 0 }
  const fontSize = theme.fontSize * 1.1
  const lines = Math.max(1, Math.ceil(textWidth(theme, spec.title, fontSize) / size.width))
  const option: TitleComponentOption = {
    text: spec.title,
    left: 'center',
    top: 0,
    padding: 0,
    textStyle: {
      color: theme.ink,
      fontFamily: theme.fontFamily,
      fontSize,
      fontWeight: 600,
      width: size.width,
      overflow: 'break',
    },
  }
  return { option, height: lines * fontSize * 1.3 + gap(theme) }
}

/** Numbers on x become categories in ascending order, because bars stand on categories. */
function withCategories(spec: FigureSpec): FigureSpec {
  if (spec.kind !== 'bars' || spec.x.scale === 'category') return spec
  const values = [...new Set(spec.series.flatMap(({ points }) => points.map(({ x }) => x)))].sort(
    (a, b) => a - b,
  )
  const places = new Map(values.map((value, place) => [value, place]))
  return {
    ...spec,
    x: {
      ...spec.x,
      scale: 'category',
      categories: values.map((value) => formatTick({ unit: spec.x.unit }, value)),
    },
    series: spec.series.map((series) => ({
      ...series,
      points: series.points.map((point) => ({ ...point, x: places.get(point.x) ?? 0 })),
    })),
  }
}

/** Line width of a baseline, relative to that of other lines. */
const baselineWidth = 0.75

/** A series with its bands or error bars. `among` is its index among all series. */
export function drawSeries(
  series: DrawnSeries,
  among: { place: number; count: number },
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  { ranges }: Pick<PlotStyle, 'ranges'>,
): SeriesOption[] {
  const own = mark(series.slot, theme.ink, theme.lineWidth, theme.palette)
  const ranged = ranges !== 'none' && series.baseline === undefined && series.points.some(hasRange)
  if (kind === 'bars')
    return [bars(series, own, theme), ...(ranged ? [errorBars(series, own, theme, among)] : [])]
  if (kind === 'scatter')
    return [scatter(series, own, theme), ...(ranged ? [errorBars(series, own, theme)] : [])]
  const range = ranges === 'bars' ? errorBars(series, own, theme) : band(series, own, theme, among.count)
  return [line(series, own, theme), ...(ranged ? [range] : [])]
}

function line(series: DrawnSeries, own: Mark, theme: FigureTheme): LineSeriesOption {
  const reported = series.origin === 'reported'
  const baseline = series.baseline !== undefined
  const symbols = series.symbols && !baseline
  return {
    ...common(series, 'lines', theme),
    type: 'line',
    showSymbol: symbols,
    showAllSymbol: true,
    symbol: symbols ? own.symbol : 'none',
    symbolSize: theme.symbolSize,
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
    ...common(series, 'scatter', theme),
    type: 'scatter',
    symbol: own.symbol,
    symbolSize: theme.symbolSize * 1.3,
    z: 3,
    itemStyle: symbolStyle(own, theme, series.origin === 'reported'),
  }
}

function bars(series: DrawnSeries, own: Mark, theme: FigureTheme): BarSeriesOption {
  const reported = series.origin === 'reported'
  return {
    ...common(series, 'bars', theme),
    ...barGaps,
    type: 'bar',
    z: 2,
    itemStyle: {
      color: reported ? 'transparent' : own.colour,
      borderColor: own.colour,
      borderWidth: theme.lineWidth * 0.8,
      borderType: reported ? timesWidth(reportedDash, theme) : 'solid',
    },
  }
}

const faint = { opacity: 0.15 }

/** On screen, the pointer brings a series to the front when it is over the series' points or legend entry. */
function common(series: DrawnSeries, kind: FigureSpec['kind'], theme: FigureTheme) {
  return {
    id: series.id,
    name: series.key,
    data: series.points.map((point) => {
      const value = [point.x, point.y ?? '-']
      return isPartial(point) ? { value, itemStyle: partialStyle(series, kind, theme) } : value
    }),
    encode: { x: 0, y: 1 },
    progressive: 0,
    ...(theme.tooltip
      ? { emphasis: { focus: 'series' as const }, blur: { itemStyle: faint, lineStyle: faint } }
      : { emphasis: { disabled: true } }),
  }
}

/** Opacity of a bar that stands on fewer images than planned. */
const pale = 0.4

/** A point of fewer images than planned: an open symbol, or a pale bar. */
const partialStyle = (series: DrawnSeries, kind: FigureSpec['kind'], theme: FigureTheme) =>
  kind === 'bars'
    ? { opacity: pale }
    : symbolStyle(mark(series.slot, theme.ink, theme.lineWidth, theme.palette), theme, true)

function symbolStyle({ colour }: Mark, theme: FigureTheme, hollow: boolean) {
  if (!hollow) return { color: colour, borderWidth: 0 }
  return { color: groundOf(theme), borderColor: colour, borderWidth: theme.lineWidth * 0.8 }
}

const dashOf = ({ dash }: Mark) => (dash.length === 0 ? ('solid' as const) : dash)
const timesWidth = (dash: readonly number[], theme: FigureTheme) =>
  dash.map((length) => length * theme.lineWidth)
