import type { LegendComponentOption } from 'echarts'
import { gap, type FigureSize } from './layout.ts'
import type { DrawnSeries } from './points.ts'
import type { FigureSpec } from './spec.ts'
import { textWidth, type FigureTheme } from './theme.ts'

/** ECharts puts this many units between icon and text, whatever the unit is. */
const ownGap = 5

/**
 * The legend above the plot and the height it takes. On paper every entry is visible, so the entries wrap into rows; on
 * screen they scroll in one row.
 */
export function legend(
  series: readonly DrawnSeries[],
  kind: FigureSpec['kind'],
  theme: FigureTheme,
  size: FigureSize,
  top: number,
): { option: LegendComponentOption; height: number } {
  if (series.length < 2) return { option: { show: false }, height: 0 }
  const names = series.map(({ label }) => label)
  const fontSize = theme.fontSize * 0.95
  const paper = theme.name === 'paper'
  const icon = iconSize(series, kind, theme)
  const after = Math.max(ownGap, theme.fontSize * 0.5)
  const between = theme.fontSize * 0.9
  const row = theme.fontSize * 1.35
  const option = {
    top: top + theme.fontSize * 0.3,
    left: 'center' as const,
    padding: 0,
    itemGap: between,
    itemWidth: icon.width,
    itemHeight: icon.height,
    lineStyle: { width: theme.lineWidth },
    itemStyle: { borderWidth: 'inherit' as const },
    textStyle: {
      color: theme.ink,
      fontSize,
      fontFamily: theme.fontFamily,
      padding: [0, 0, 0, after - ownGap],
    },
    data: names,
  }
  if (!paper) {
    const pages = {
      pageIconColor: theme.ink,
      pageIconInactiveColor: theme.grid,
      pageTextStyle: { color: theme.muted },
    }
    return { option: { ...option, ...pages, type: 'scroll' }, height: row + gap(theme) }
  }
  const widths = names.map((name) => icon.width + after + textWidth(theme, name, fontSize))
  const rows = rowsOf(widths, between, size.width)
  // Rows of a wrapped legend are an item gap apart.
  const height = rows * row + (rows - 1) * (between - theme.fontSize * 0.3)
  return { option: { ...option, type: 'plain', width: size.width }, height }
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
