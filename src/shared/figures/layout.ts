import type { GridComponentOption, XAXisComponentOption, YAXisComponentOption } from 'echarts'
import { axisName, formatTick } from './format.ts'
import type { Insets, PlotStyle } from './plotStyle.ts'
import type { Axis, FigureSpec } from './spec.ts'
import { textWidth, type FigureTheme } from './theme.ts'

/** Size of the drawing in its unit: CSS pixels on screen, points on paper. */
export interface FigureSize {
  width: number
  height: number
}

export const defaultSize: FigureSize = { width: 640, height: 400 }

/** Gap between the parts of a figure, in the unit of the drawing. */
export const gap = (theme: FigureTheme) => theme.fontSize * 0.6

/**
 * Places the plot in the space that title and legend leave; labels and names of the axes stay inside it. With `insets`
 * the plot gets exactly that place.
 *
 * @param margins space taken at each edge, besides a small gap
 */
export function grid(
  theme: FigureTheme,
  margins: Partial<Insets>,
  insets: Insets | null,
): GridComponentOption {
  if (insets) return { ...insets, outerBoundsMode: 'none' }
  return {
    top: (margins.top ?? 0) + gap(theme),
    left: gap(theme) * 0.5 + (margins.left ?? 0),
    right: margins.right ?? gap(theme),
    bottom: gap(theme) * 0.5 + (margins.bottom ?? 0),
    outerBoundsMode: 'same',
    outerBoundsContain: 'all',
  }
}

/** The horizontal axis. Names of categories are rotated where they do not fit side by side. */
export function xAxis(
  spec: FigureSpec,
  theme: FigureTheme,
  size: FigureSize,
  step: PlotStyle['step'] = {},
): XAXisComponentOption {
  const shared = { ...axisStyle(spec.x, theme, 'x'), position: 'bottom' as const }
  const categories = spec.x.categories
  if (spec.x.scale === 'category' && categories) {
    const space = (size.width * 0.85) / Math.max(1, categories.length)
    const axisLabel = { ...shared.axisLabel, ...turned(categories, space, theme) }
    return { ...shared, type: 'category', data: [...categories], axisLabel, splitLine: { show: false } }
  }
  const limits = { ...limit('min', spec.x.min), ...limit('max', spec.x.max) }
  const axisLabel = numberLabel(spec.x, shared.axisLabel)
  if (spec.x.scale === 'log') return { ...shared, axisLabel, type: 'log', ...limits }
  return { ...shared, axisLabel, type: 'value', scale: true, ...limits, ...interval(step.x) }
}

/** How names stand under their categories: side by side where they fit, else rotated, else only as many as fit. */
export function turned(
  names: readonly string[],
  space: number,
  theme: FigureTheme,
): { interval?: 0; rotate?: number } {
  const widest = Math.max(0, ...names.map((name) => textWidth(theme, name, theme.fontSize * 0.9)))
  if (widest < space * 0.95) return { interval: 0 }
  if (space > theme.fontSize * 2) return { interval: 0, rotate: 30 }
  return space > theme.fontSize * 1.1 ? { interval: 0, rotate: 90 } : { rotate: 90 }
}

/**
 * The vertical axis. It starts at zero for bars and for shares, unless a value is negative or the figure sets another
 * start.
 */
export function yAxis(
  spec: FigureSpec,
  theme: FigureTheme,
  step: PlotStyle['step'] = {},
): YAXisComponentOption {
  const shared = axisStyle(spec.y, theme, 'y')
  const limits = { ...limit('min', spec.y.min), ...limit('max', spec.y.max) }
  const axisLabel = numberLabel(spec.y, shared.axisLabel)
  if (spec.y.scale === 'log') return { ...shared, axisLabel, type: 'log', ...limits }
  const zero = spec.kind === 'bars' || spec.y.unit === 'percent'
  return { ...shared, axisLabel, type: 'value', scale: !zero, ...limits, ...interval(step.y) }
}

const interval = (step: number | undefined) => (step === undefined || !(step > 0) ? {} : { interval: step })

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
