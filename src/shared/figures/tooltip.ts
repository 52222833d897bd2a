import type { TooltipComponentOption } from 'echarts'
import { formatValue } from './format.ts'
import { drawnSeries, hasRange } from './points.ts'
import type { FigureSpec } from './spec.ts'
import type { FigureTheme } from './theme.ts'

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text made safe for HTML and XML: names of models and files are not ours. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** What the pointer shows: the value on x, and for each series its value, range and number of images. */
export function tooltip(spec: FigureSpec, theme: FigureTheme): TooltipComponentOption {
  if (!theme.tooltip) return { show: false }
  const series = new Map(drawnSeries(spec).map((entry) => [entry.id, entry]))
  return {
    show: true,
    trigger: spec.kind === 'lines' ? 'axis' : 'item',
    confine: true,
    transitionDuration: 0,
    formatter: (params) => {
      const lines: string[] = []
      for (const { seriesId, dataIndex } of Array.isArray(params) ? params : [params]) {
        const entry = series.get(seriesId ?? '')
        const point = entry?.points[dataIndex]
        if (!entry || !point) continue
        if (lines.length === 0)
          lines.push(`<b>${escapeMarkup(`${spec.x.label}: ${formatValue(spec.x, point.x)}`)}</b>`)
        lines.push(escapeMarkup(describePoint(spec, entry.label, point, entry.bandLabel)))
      }
      return lines.join('<br>')
    },
  }
}

function describePoint(
  spec: FigureSpec,
  label: string,
  point: FigureSpec['series'][number]['points'][number],
  bandLabel: string | undefined,
): string {
  const range = hasRange(point)
    ? ` [${formatValue(spec.y, point.lo)}, ${formatValue(spec.y, point.hi)}]${bandLabel ? ` ${bandLabel}` : ''}`
    : ''
  const n = point.n === undefined ? '' : `, n = ${point.n}`
  return `${label}: ${formatValue(spec.y, point.y)}${range}${n}`
}
