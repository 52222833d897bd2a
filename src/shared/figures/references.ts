import type { LineSeriesOption } from 'echarts'
import type { FigureSpec } from './spec.ts'
import type { FigureTheme } from './theme.ts'

/**
 * Reference lines and shaded spans of x as a separate series without points of its own. Their names are annotations,
 * which are placed where they cover least.
 */
export function referenceSeries(spec: FigureSpec, theme: FigureTheme): LineSeriesOption[] {
  if (spec.references.length === 0 && spec.spans.length === 0) return []
  const thin = theme.lineWidth * 0.7
  return [
    {
      type: 'line',
      id: '·references',
      silent: true,
      animation: false,
      symbol: 'none',
      lineStyle: { width: 0, color: theme.muted },
      itemStyle: { color: theme.muted },
      tooltip: { show: false },
      z: 1,
      data: spec.references.map(({ axis, value }) => (axis === 'x' ? [value, '-'] : ['-', value])),
      markLine: {
        silent: true,
        symbol: 'none',
        animation: false,
        label: { show: false },
        lineStyle: { color: theme.muted, width: thin, type: [thin * 4, thin * 3] },
        data: spec.references.map(({ axis, value, label }) => ({
          name: label,
          ...(axis === 'x' ? { xAxis: value } : { yAxis: value }),
        })),
      },
      markArea: {
        silent: true,
        animation: false,
        label: { show: false },
        data: spec.spans.map(({ label, from, to }, at) => [
          { name: label, xAxis: from, itemStyle: { color: theme.muted, opacity: at % 2 === 0 ? 0.1 : 0.04 } },
          { xAxis: to },
        ]),
      },
    },
  ]
}

/**
 * Adds an opacity to a colour #rrggbb. In this form it becomes a separate opacity in SVG, which every SVG reader
 * supports.
 */
export function faded(colour: string, opacity: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  return `rgba(${channels.join(',')},${opacity})`
}
