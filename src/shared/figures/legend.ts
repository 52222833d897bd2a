import type { LegendComponentOption } from 'echarts'
import { gap, type FigureSize } from './layout.ts'
import { isInside, type Insets, type PlotStyle } from './plotStyle.ts'
import { drawnSeries, type DrawnSeries } from './points.ts'
import type { FigureSpec } from './spec.ts'
import { textWidth, type FigureTheme } from './theme.ts'

/** ECharts puts this many units between icon and text, whatever the unit is. */
const ownGap = 5

/**
 * The legend and the space it takes at an edge. On paper every entry is visible, so entries wrap into rows or stand in
 * a column. On screen they scroll in one row above the plot. A legend in a corner needs the exact place of the plot.
 *
 * @param top height of the title
 */
export function legend(
  drawn: readonly DrawnSeries[],
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  size: FigureSize,
  top: number,
  { legend: place, insets }: Pick<PlotStyle, 'legend' | 'insets'>,
): { option: LegendComponentOption; margins: Partial<Insets> } {
  const series = keysOf(drawn)
  if (series.length < 2 || place === 'none') return { option: { show: false }, margins: { top } }
  const option = { ...entries(series, kind, theme), top: top + theme.fontSize * 0.3, left: 'center' as const }
  if (theme.name !== 'paper') {
    const pages = {
      pageIconColor: theme.ink,
      pageIconInactiveColor: theme.grid,
      pageTextStyle: { color: theme.muted },
    }
    return {
      option: { ...option, ...pages, type: 'scroll' },
      margins: { top: top + rowHeight(theme) + gap(theme) },
    }
  }
  if (place === 'top' || place === 'bottom') {
    const height = legendHeight(series, kind, theme, size.width)
    const at = place === 'top' ? {} : { top: 'auto' as const, bottom: theme.fontSize * 0.2 }
    const margins = place === 'top' ? { top: top + height } : { top, bottom: height + theme.fontSize * 0.4 }
    return { option: { ...option, ...at, type: 'plain', width: size.width }, margins }
  }
  const column = {
    ...option,
    type: 'plain' as const,
    orient: 'vertical' as const,
    itemGap: theme.fontSize * 0.4,
  }
  if (isInside(place)) return { option: { ...column, ...cornerOf(place, theme, insets) }, margins: { top } }
  const width = Math.max(...entryWidths(series, kind, theme))
  return {
    option: { ...column, left: 'auto', right: theme.fontSize * 0.2, top: 'middle' },
    margins: { top, right: width + theme.fontSize * 1.1 },
  }
}

/** Height of a legend whose entries wrap within `width`, in the unit of the drawing. */
export function legendHeight(
  drawn: readonly DrawnSeries[],
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  width: number,
): number {
  const series = keysOf(drawn)
  const between = theme.fontSize * 0.9
  const rows = rowsOf(entryWidths(series, kind, theme), between, width)
  // Rows of a wrapped legend have an item gap between them.
  return rows * rowHeight(theme) + (rows - 1) * (between - theme.fontSize * 0.3)
}

/** Rows of a legend that fit into the natural height of a figure. */
const usualRows = 2

/** Additional height that a legend above or below a plot needs beyond the natural height of its figure. */
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

/** The first series of each legend entry. */
const keysOf = (series: readonly DrawnSeries[]) =>
  series.filter(({ key }, place) => series.findIndex((other) => other.key === key) === place)

const rowHeight = (theme: FigureTheme) => theme.fontSize * 1.35

const iconGap = (theme: FigureTheme) => Math.max(ownGap, theme.fontSize * 0.5)

/** Options of a legend that do not depend on its place. */
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
    // ECharts draws a circle for a line without symbols. Where other lines have symbols, the height of the icon cannot
    // hide that circle.
    data: series.map(({ key, symbols, baseline }) => {
      const hidden = { name: key, itemStyle: { opacity: 0 } }
      // The entry stands for baselines of every colour.
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
    // The background keeps the legend readable over lines.
    backgroundColor: theme.background,
    padding: theme.fontSize * 0.25,
  }
}

/** Lines need a wide icon to show their dash. Marks of a scatter plot keep their shape only in a square. */
function iconSize(series: readonly DrawnSeries[], kind: FigureSpec['kind'], theme: FigureTheme) {
  const width = theme.fontSize * 2.2
  // A scrolling legend cuts off whatever is higher than its icons.
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
