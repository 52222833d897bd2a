import type { LineSeriesOption } from 'echarts'
import type { FigureSpec } from './spec.ts'
import type { FigureTheme } from './theme.ts'

/**
 * Reference lines with their names, and shaded spans of x, on a series of their own that shows nothing else. Its data
 * are the references' places, so that an axis reaches them even where no series does.
 */
export function referenceSeries(spec: FigureSpec, theme: FigureTheme): LineSeriesOption[] {
  if (spec.references.length === 0 && spec.spans.length === 0) return []
  const text = { fontFamily: theme.fontFamily, fontSize: theme.fontSize * 0.85, color: theme.muted }
  const thin = theme.lineWidth * 0.7
  return [
    {
      type: 'line',
      id: '·references',
      silent: true,
      animation: false,
      symbol: 'none',
      lineStyle: { width: 0 },
      tooltip: { show: false },
      z: 1,
      data: spec.references.map(({ axis, value }) => (axis === 'x' ? [value, '-'] : ['-', value])),
      markLine: {
        silent: true,
        symbol: 'none',
        animation: false,
        lineStyle: { color: theme.muted, width: thin, type: [thin * 4, thin * 3] },
        data: spec.references.map(({ axis, value, label }) => ({
          name: label,
          ...(axis === 'x' ? { xAxis: value } : { yAxis: value }),
          label: {
            ...text,
            formatter: () => label,
            position: 'insideEndTop' as const,
            distance: theme.fontSize * 0.3,
          },
        })),
      },
      markArea: {
        silent: true,
        animation: false,
        data: spec.spans.map(({ label, from, to }, at) => [
          {
            name: label,
            xAxis: from,
            itemStyle: { color: theme.muted, opacity: at % 2 === 0 ? 0.1 : 0.04 },
            label: { ...text, position: 'insideTop' as const, distance: theme.fontSize * 0.4 },
          },
          { xAxis: to },
        ]),
      },
    },
  ]
}
