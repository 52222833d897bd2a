import type { XAXisComponentOption, YAXisComponentOption } from 'echarts'
import { formatTick } from './format.ts'
import { labelAway, type AxisFrame, type Frame } from './layout/frame.ts'
import { lineHeight } from './layout/names.ts'
import type { FigureSpec } from './spec.ts'
import type { FigureTheme } from './theme.ts'

/** The plot at the place that the frame gives it. */
export const gridAt = ({ insets }: Frame) => ({ ...insets, outerBoundsMode: 'none' as const })

/** The horizontal axis of a chart. Names of axes are annotations, since ECharts would not break them. */
export function xAxis(spec: FigureSpec, theme: FigureTheme, { x }: Frame): XAXisComponentOption {
  const shared = { ...axisStyle(theme, spec.kind === 'bars'), position: 'bottom' as const }
  if (spec.x.scale === 'category' && spec.x.categories)
    return { ...shared, ...categories(spec.x.categories, x, theme), splitLine: { show: false } }
  return { ...shared, ...numbers(spec, 'x', theme, x) }
}

/** The vertical axis of a chart. */
export function yAxis(spec: FigureSpec, theme: FigureTheme, { y }: Frame): YAXisComponentOption {
  return { ...axisStyle(theme), ...numbers(spec, 'y', theme, y) }
}

/** An axis of categories with the names that the frame found room for. */
export function categories(all: readonly string[], { names }: AxisFrame, theme: FigureTheme) {
  const every = names?.every ?? 1
  return {
    type: 'category' as const,
    data: [...all],
    axisLabel: {
      ...labelStyle(theme),
      fontSize: names?.fontSize ?? theme.fontSize * 0.9,
      lineHeight: (names?.fontSize ?? theme.fontSize) * lineHeight,
      rotate: names?.rotate ?? 0,
      interval: every === 1 ? 0 : (at: number) => at % every === 0,
      hideOverlap: false,
      formatter: (_: string, at: number) => names?.texts[at] ?? '',
    },
  }
}

function numbers(spec: FigureSpec, side: 'x' | 'y', theme: FigureTheme, { domain, ticks }: AxisFrame) {
  const axis = spec[side]
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0)
  return {
    type: axis.scale === 'log' ? ('log' as const) : ('value' as const),
    min: domain.min,
    max: domain.max,
    ...(axis.scale !== 'log' && step > 0 ? { interval: step } : {}),
    axisTick: { ...tickStyle(theme), customValues: ticks },
    axisLabel: {
      ...labelStyle(theme),
      customValues: ticks,
      formatter: (value: number) => formatTick({ unit: axis.unit }, value),
    },
  }
}

const labelStyle = (theme: FigureTheme) => ({
  color: theme.muted,
  fontSize: theme.fontSize * 0.9,
  fontFamily: theme.fontFamily,
  margin: theme.fontSize * labelAway,
  hideOverlap: false,
})

const tickStyle = (theme: FigureTheme) => ({
  show: true,
  length: theme.fontSize * 0.3,
  lineStyle: { color: theme.ink, width: theme.lineWidth * 0.5 },
})

/** Lines, ticks and labels of an axis of either kind. `onZero`: its line stands where the other axis is zero. */
export function axisStyle(theme: FigureTheme, onZero = false) {
  return {
    axisLine: {
      show: true,
      onZero,
      lineStyle: { color: theme.ink, width: theme.lineWidth * 0.5 },
    },
    axisTick: tickStyle(theme),
    axisLabel: labelStyle(theme),
    splitLine: { show: true, lineStyle: { color: theme.grid, width: theme.lineWidth * 0.4 } },
  }
}
