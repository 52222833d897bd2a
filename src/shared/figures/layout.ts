import type {
  GridComponentOption,
  LegendComponentOption,
  XAXisComponentOption,
  YAXisComponentOption,
} from 'echarts'
import { axisName, formatTick } from './format.ts'
import type { Axis, FigureSpec } from './spec.ts'
import { textWidth, type FigureTheme } from './theme.ts'

/** Size of the drawing in its unit: CSS pixels on screen, points on paper. */
export interface FigureSize {
  width: number
  height: number
}

export const defaultSize: FigureSize = { width: 640, height: 400 }

/** Gap between the parts of a figure. */
export const gap = (theme: FigureTheme) => theme.fontSize * 0.6

/**
 * The legend above the plot and the height it takes. On paper every entry is visible, so the entries wrap into rows; on
 * screen they scroll in one row.
 */
export function legend(
  names: readonly string[],
  theme: FigureTheme,
  size: FigureSize,
  top: number,
): { option: LegendComponentOption; height: number } {
  if (names.length < 2) return { option: { show: false }, height: 0 }
  const icon = theme.fontSize * 2.2
  const between = theme.fontSize * 0.9
  // ECharts puts 5 units between icon and text, whatever the unit is.
  const after = Math.max(5, theme.fontSize * 0.5)
  const padding = [0, 0, 0, after - 5]
  const shared = {
    top: top + theme.fontSize * 0.3,
    left: 'center' as const,
    padding: 0,
    itemGap: between,
    itemWidth: icon,
    itemHeight: theme.symbolSize,
    lineStyle: { width: theme.lineWidth },
    itemStyle: { borderWidth: 'inherit' as const },
    textStyle: {
      color: theme.ink,
      fontSize: theme.fontSize * 0.95,
      fontFamily: theme.fontFamily,
      padding,
    },
    data: [...names],
  }
  const row = theme.fontSize * 1.35
  if (theme.name !== 'paper') {
    const colours = {
      pageIconColor: theme.ink,
      pageIconInactiveColor: theme.grid,
      pageTextStyle: { color: theme.muted },
    }
    // A scrolling legend cuts off what is higher than its icons.
    const itemHeight = theme.fontSize * 1.2
    return { option: { ...shared, ...colours, itemHeight, type: 'scroll' }, height: row + gap(theme) }
  }
  let rows = 1
  let used = 0
  for (const name of names) {
    const width = icon + after + textWidth(theme, name, theme.fontSize * 0.95)
    if (used > 0 && used + between + width > size.width) {
      rows++
      used = 0
    }
    used += (used > 0 ? between : 0) + width
  }
  // Rows of a wrapped legend are an item gap apart.
  const height = rows * row + (rows - 1) * (between - theme.fontSize * 0.3)
  return { option: { ...shared, type: 'plain', width: size.width }, height }
}

/** The plot fills what title and legend leave; labels and names of the axes stay inside. */
export function grid(theme: FigureTheme, top: number, right = gap(theme)): GridComponentOption {
  return {
    top: top + gap(theme),
    left: gap(theme) * 0.5,
    right,
    bottom: gap(theme) * 0.5,
    outerBoundsMode: 'same',
    outerBoundsContain: 'all',
  }
}

/** The horizontal axis. Names of categories are turned where they do not fit side by side. */
export function xAxis(spec: FigureSpec, theme: FigureTheme, size: FigureSize): XAXisComponentOption {
  const shared = { ...axisStyle(spec.x, theme, 'x'), position: 'bottom' as const }
  const categories = spec.x.categories
  if (spec.x.scale === 'category' && categories) {
    const space = (size.width * 0.85) / Math.max(1, categories.length)
    const widest = Math.max(0, ...categories.map((name) => textWidth(theme, name, theme.fontSize * 0.9)))
    const axisLabel = { ...shared.axisLabel, interval: 0, ...(widest > space * 0.95 ? { rotate: 30 } : {}) }
    return { ...shared, type: 'category', data: [...categories], axisLabel, splitLine: { show: false } }
  }
  const limits = { ...limit('min', spec.x.min), ...limit('max', spec.x.max) }
  const axisLabel = numberLabel(spec.x, shared.axisLabel)
  if (spec.x.scale === 'log') return { ...shared, axisLabel, type: 'log', ...limits }
  return { ...shared, axisLabel, type: 'value', scale: true, ...limits }
}

/** The vertical axis. It starts at zero for bars and for shares, unless a value is negative or the figure says otherwise. */
export function yAxis(spec: FigureSpec, theme: FigureTheme): YAXisComponentOption {
  const shared = axisStyle(spec.y, theme, 'y')
  const limits = { ...limit('min', spec.y.min), ...limit('max', spec.y.max) }
  const axisLabel = numberLabel(spec.y, shared.axisLabel)
  if (spec.y.scale === 'log') return { ...shared, axisLabel, type: 'log', ...limits }
  const zero = spec.kind === 'bars' || spec.y.unit === 'percent'
  return { ...shared, axisLabel, type: 'value', scale: !zero, ...limits }
}

function limit(end: 'min' | 'max', value: number | undefined): { min?: number; max?: number } {
  return value === undefined ? {} : { [end]: value }
}

function numberLabel<T extends object>(axis: Axis, style: T) {
  return { ...style, formatter: (value: number) => formatTick({ unit: axis.unit }, value) }
}

/** Lines, ticks, labels and name of an axis of either kind. */
export function axisStyle(axis: Axis, theme: FigureTheme, side: 'x' | 'y') {
  return {
    name: axisName(axis),
    nameLocation: 'middle' as const,
    nameGap: theme.fontSize * 0.6,
    nameTextStyle: {
      color: theme.ink,
      fontSize: theme.fontSize,
      fontFamily: theme.fontFamily,
    },
    axisLine: {
      show: true,
      onZero: side === 'x',
      lineStyle: { color: theme.ink, width: theme.lineWidth * 0.5 },
    },
    axisTick: {
      show: true,
      length: theme.fontSize * 0.3,
      lineStyle: { color: theme.ink, width: theme.lineWidth * 0.5 },
    },
    axisLabel: {
      color: theme.muted,
      fontSize: theme.fontSize * 0.9,
      fontFamily: theme.fontFamily,
      margin: theme.fontSize * 0.5,
      hideOverlap: true,
    },
    splitLine: { show: true, lineStyle: { color: theme.grid, width: theme.lineWidth * 0.4 } },
  }
}
