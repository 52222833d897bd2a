import type { LegendComponentOption } from 'echarts'
import { gap, type FigureSize } from './layout.ts'
import { isInside, type Insets, type PlotStyle } from './plotStyle.ts'
import { drawnSeries, type DrawnSeries } from './points.ts'
import type { FigureSpec } from './spec.ts'
import { textWidth, type FigureTheme } from './theme.ts'

/** ECharts puts this many units between icon and text, whatever the unit is. */
const ownGap = 5

/**
 * The legend and the room it takes at an edge. On paper every entry is visible, so the entries wrap into rows or stand in
 * a column; on screen they scroll in one row above the plot. A legend in a corner needs the exact place of the plot.
 *
 * @param top taken by the title
 */
export function legend(
  drawn: readonly DrawnSeries[],
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  size: FigureSize,
  top: number,
  { legend: place, insets }: Pick<PlotStyle, 'legend' | 'insets'>,
): { option: LegendComponentOption; room: Partial<Insets> } {
  const series = keysOf(drawn)
  if (series.length < 2 || place === 'none') return { option: { show: false }, room: { top } }
  const option = { ...entries(series, kind, theme), top: top + theme.fontSize * 0.3, left: 'center' as const }
  if (theme.name !== 'paper') {
    const pages = {
      pageIconColor: theme.ink,
      pageIconInactiveColor: theme.grid,
      pageTextStyle: { color: theme.muted },
    }
    return {
      option: { ...option, ...pages, type: 'scroll' },
      room: { top: top + rowHeight(theme) + gap(theme) },
    }
  }
  if (place === 'top' || place === 'bottom') {
    const height = legendHeight(series, kind, theme, size.width)
    const at = place === 'top' ? {} : { top: 'auto' as const, bottom: theme.fontSize * 0.2 }
    const room = place === 'top' ? { top: top + height } : { top, bottom: height + theme.fontSize * 0.4 }
    return { option: { ...option, ...at, type: 'plain', width: size.width }, room }
  }
  const column = {
    ...option,
    type: 'plain' as const,
    orient: 'vertical' as const,
    itemGap: theme.fontSize * 0.4,
  }
  if (isInside(place)) return { option: { ...column, ...cornerOf(place, theme, insets) }, room: { top } }
  const width = Math.max(...entryWidths(series, kind, theme))
  return {
    option: { ...column, left: 'auto', right: theme.fontSize * 0.2, top: 'middle' },
    room: { top, right: width + theme.fontSize * 1.1 },
  }
}

/** Height of the rows that the entries of a legend need within a width. */
export function legendHeight(
  drawn: readonly DrawnSeries[],
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  width: number,
): number {
  const series = keysOf(drawn)
  const between = theme.fontSize * 0.9
  const rows = rowsOf(entryWidths(series, kind, theme), between, width)
  // Rows of a wrapped legend are an item gap apart.
  return rows * rowHeight(theme) + (rows - 1) * (between - theme.fontSize * 0.3)
}

/** Rows of a legend that the natural height of a figure has room for. */
const usualRows = 2

/** Height of a legend above or below a plot beyond what the natural height of its figure has room for. */
export function legendExcess(
  spec: FigureSpec,
  place: PlotStyle['legend'],
  theme: FigureTheme,
  width: number,
): number {
  if (spec.kind === 'heatmap' || (place !== 'top' && place !== 'bottom')) return 0
  const height = legendHeight(drawnSeries(spec), spec.kind, theme, width)
  return Math.max(0, height - usualRows * rowHeight(theme) - (usualRows - 1) * theme.fontSize * 0.6)
}

/** One series for each entry. */
const keysOf = (series: readonly DrawnSeries[]) =>
  series.filter(({ key }, place) => series.findIndex((other) => other.key === key) === place)

const rowHeight = (theme: FigureTheme) => theme.fontSize * 1.35

const iconGap = (theme: FigureTheme) => Math.max(ownGap, theme.fontSize * 0.5)

/** What a legend has wherever it stands. */
function entries(series: readonly DrawnSeries[], kind: FigureSpec['kind'], theme: FigureTheme) {
  const icon = iconSize(series, kind, theme)
  return {
    padding: 0,
    itemGap: theme.fontSize * 0.9,
    itemWidth: icon.width,
    itemHeight: icon.height,
    lineStyle: { width: theme.lineWidth },
    itemStyle: { borderWidth: 'inherit' as const },
    textStyle: {
      color: theme.ink,
      fontSize: theme.fontSize * 0.95,
      fontFamily: theme.fontFamily,
      padding: [0, 0, 0, iconGap(theme) - ownGap],
    },
    // ECharts gives a line without symbols a circle; where others have symbols, its height cannot hide it.
    data: series.map(({ key, symbols, baseline }) => {
      const hidden = { name: key, itemStyle: { opacity: 0 } }
      // It stands for baselines of every colour.
      if (baseline !== undefined) return { ...hidden, lineStyle: { color: theme.muted } }
      return symbols || series.every((other) => !other.symbols) ? key : hidden
    }),
  }
}

function entryWidths(series: readonly DrawnSeries[], kind: FigureSpec['kind'], theme: FigureTheme): number[] {
  const icon = iconSize(series, kind, theme)
  return series.map(({ key }) => icon.width + iconGap(theme) + textWidth(theme, key, theme.fontSize * 0.95))
}

function cornerOf(place: PlotStyle['legend'], theme: FigureTheme, insets: Insets | null) {
  const { left, right, top, bottom } = insets ?? { left: 0, right: 0, top: 0, bottom: 0 }
  const away = theme.fontSize * 0.5
  return {
    ...(place.startsWith('top') ? { top: top + away } : { top: 'auto' as const, bottom: bottom + away }),
    ...(place.endsWith('left') ? { left: left + away } : { left: 'auto' as const, right: right + away }),
    // Over lines it must stay readable.
    backgroundColor: theme.background,
    padding: theme.fontSize * 0.25,
  }
}

/** Lines need length to show their dash; marks of a scatter keep their shape only in a square. */
function iconSize(series: readonly DrawnSeries[], kind: FigureSpec['kind'], theme: FigureTheme) {
  const width = theme.fontSize * 2.2
  // A scrolling legend cuts off what is higher than its icons.
  if (theme.name !== 'paper')
    return { width: kind === 'scatter' ? theme.fontSize : width, height: theme.fontSize * 1.2 }
  if (kind === 'scatter') return { width: theme.symbolSize * 1.3, height: theme.symbolSize * 1.3 }
  // A line without symbols would get a circle of this height.
  if (kind === 'lines' && series.every(({ symbols }) => !symbols)) return { width, height: 0.001 }
  return { width, height: theme.symbolSize }
}

function rowsOf(widths: readonly number[], between: number, available: number): number {
  let rows = 1
  let used = 0
  for (const width of widths) {
    if (used > 0 && used + between + width > available) {
      rows++
      used = 0
    }
    used += (used > 0 ? between : 0) + width
  }
  return rows
}
