import type { LegendComponentOption } from 'echarts'
import { gap, type FigureSize } from './size.ts'
import { isInside, type Insets, type PlotStyle } from './plotStyle.ts'
import { shortened } from './layout/fitText.ts'
import type { DrawnSeries } from './points.ts'
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
  { legend: asked, insets }: Pick<PlotStyle, 'legend' | 'insets'>,
  least = 2,
): { option: LegendComponentOption; margins: Insets } {
  const series = keysOf(drawn)
  const place = asked === 'auto' || asked === 'ends' ? 'top' : asked
  const none = { top, bottom: 0, left: 0, right: 0 }
  if (series.length < least || place === 'none') return { option: { show: false }, margins: none }
  const option = {
    ...entries(series, kind, theme, widthOf(place, size)),
    top: top + theme.fontSize * 0.3,
    left: 'center' as const,
  }
  if (theme.name !== 'paper') {
    const pages = {
      pageIconColor: theme.ink,
      pageIconInactiveColor: theme.grid,
      pageTextStyle: { color: theme.muted },
    }
    return {
      option: { ...option, ...pages, type: 'scroll' },
      margins: { ...none, top: top + rowHeight(theme) + gap(theme) },
    }
  }
  if (place === 'top' || place === 'bottom') {
    const height = legendHeight(series, kind, theme, size.width)
    const at = place === 'top' ? {} : { top: 'auto' as const, bottom: theme.fontSize * 0.2 }
    const margins =
      place === 'top' ? { ...none, top: top + height } : { ...none, bottom: height + theme.fontSize * 0.4 }
    return { option: { ...option, ...at, type: 'plain', width: size.width }, margins }
  }
  const column = {
    ...option,
    type: 'plain' as const,
    orient: 'vertical' as const,
    itemGap: theme.fontSize * 0.4,
  }
  if (isInside(place)) return { option: { ...column, ...cornerOf(place, theme, insets) }, margins: none }
  const width = Math.max(...entryWidths(series, kind, theme, widthOf(place, size)))
  return {
    option: { ...column, left: 'auto', right: theme.fontSize * 0.2, top: 'middle' },
    margins: { ...none, right: width + theme.fontSize * 1.1 },
  }
}

/** Beside or in the plot a legend takes at most a part of the figure's width. */
const widthOf = (place: PlotStyle['legend'], { width }: FigureSize): number =>
  place === 'top' || place === 'bottom' ? width : width * 0.45

/** Height of a legend whose entries wrap within `width`, in the unit of the drawing. */
export function legendHeight(
  drawn: readonly DrawnSeries[],
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  width: number,
): number {
  const series = keysOf(drawn)
  const rows = rowsOf(entryWidths(series, kind, theme, width), itemGap(theme), width)
  return rows * rowHeight(theme)
}

/** The first series of each legend entry. */
export const keysOf = (series: readonly DrawnSeries[]) =>
  series.filter(({ key }, place) => series.findIndex((other) => other.key === key) === place)

const rowHeight = (theme: FigureTheme) => theme.fontSize * 1.35

/** ECharts has one gap for rows and for entries of a row. Spaces after the texts widen the latter. */
const itemGap = (theme: FigureTheme) => theme.fontSize * 0.4
const spaces = '   '

const iconGap = (theme: FigureTheme) => Math.max(ownGap, theme.fontSize * 0.5)

/** Options of a legend that do not depend on its place. */
function entries(
  series: readonly DrawnSeries[],
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  width: number,
) {
  const icon = iconSize(series, kind, theme)
  return {
    formatter: (key: string) => `${textOf(key, series, kind, theme, width)}${spaces}`,
    padding: 0,
    itemGap: itemGap(theme),
    ...(kind === 'bars' ? { icon: 'rect' } : {}),
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

/** The text of an entry, shortened where the entry would be wider than the legend. */
function textOf(
  key: string,
  series: readonly DrawnSeries[],
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  width: number,
): string {
  const measure = (text: string) => textWidth(theme, `${text}${spaces}`, theme.fontSize * 0.95)
  return shortened(key, width - iconSize(series, kind, theme).width - iconGap(theme), measure)
}

function entryWidths(
  series: readonly DrawnSeries[],
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  width: number,
): number[] {
  const icon = iconSize(series, kind, theme)
  return series.map(({ key }) => {
    const text = `${textOf(key, series, kind, theme, width)}${spaces}`
    return icon.width + iconGap(theme) + textWidth(theme, text, theme.fontSize * 0.95)
  })
}

function cornerOf(place: PlotStyle['legend'], theme: FigureTheme, insets: Partial<Insets> | null) {
  const { left = 0, right = 0, top = 0, bottom = 0 } = insets ?? {}
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
