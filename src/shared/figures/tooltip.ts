import type { TooltipComponentOption } from 'echarts'
import { formatValue } from './format.ts'
import { baselineDash, mark, reportedDash } from './palette.ts'
import { standsOnText } from './partial.ts'
import { drawnSeries, hasRange, type DrawnSeries } from './points.ts'
import type { FigureSpec, Point } from './spec.ts'
import { groundOf, type FigureTheme } from './theme.ts'

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes text for HTML and XML, because names of models and files come from others. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

interface TooltipRow {
  series: DrawnSeries
  point: Point
}

/**
 * The tooltip: the value on x, then a row per series with its mark, value and range. What all rows share (what a range
 * is, number of images) stands once below them.
 */
export function tooltip(spec: FigureSpec, theme: FigureTheme): TooltipComponentOption {
  if (!theme.tooltip) return { show: false }
  const series = new Map(drawnSeries(spec).map((entry) => [entry.id, entry]))
  return {
    show: true,
    trigger: spec.kind === 'lines' ? 'axis' : 'item',
    confine: true,
    transitionDuration: 0,
    padding: [6, 10],
    backgroundColor: groundOf(theme),
    borderColor: theme.grid,
    textStyle: { color: theme.ink, fontFamily: theme.fontFamily, fontSize: theme.fontSize },
    formatter: (params) =>
      html(
        spec,
        theme,
        (Array.isArray(params) ? params : [params]).flatMap(({ seriesId, dataIndex }): TooltipRow[] => {
          const entry = series.get(seriesId ?? '')
          const point = entry?.points[dataIndex]
          return entry && point ? [{ series: entry, point }] : []
        }),
      ),
  }
}

function html(spec: FigureSpec, theme: FigureTheme, shown: readonly TooltipRow[]): string {
  const [first] = shown
  if (!first) return ''
  const below = new Set(shown.map((one) => detail(spec, one)))
  const rows = shown.map((one) => {
    const cells = [
      swatch(spec, theme, one.series),
      escapeMarkup(one.series.label),
      `<b>${escapeMarkup(formatValue(spec.y, one.point.y))}</b>`,
      escapeMarkup(hasRange(one.point) ? rangeText(spec, one.point) : ''),
      ...(below.size > 1 ? [escapeMarkup(detail(spec, one))] : []),
    ]
    return `<tr>${cells.map((cell, at) => `<td style="${cellStyle}${at === 2 ? ';text-align:right' : ''}">${cell}</td>`).join('')}</tr>`
  })
  return [
    `<div>${escapeMarkup(`${spec.x.label}: ${formatValue(spec.x, first.point.x)}`)}</div>`,
    `<table style="border-collapse:collapse;font-variant-numeric:tabular-nums">${rows.join('')}</table>`,
    ...(below.size === 1
      ? [`<div style="color:${theme.muted}">${escapeMarkup(detail(spec, first))}</div>`]
      : []),
  ].join('')
}

const cellStyle = 'padding:0 8px 0 0;line-height:1.5'

/** Colour and dash of a series as they are drawn; hollow for values that were not measured here. */
function swatch({ kind }: FigureSpec, theme: FigureTheme, { slot, baseline, origin }: DrawnSeries): string {
  const { colour, fill: area, dash } = mark(slot, theme.ink, theme.lineWidth, theme.palette)
  const reported = origin === 'reported'
  if (kind !== 'lines') {
    const fill = reported ? 'none' : area
    return `<svg width="18" height="10"><rect x="5" y="1" width="8" height="8" fill="${fill}" stroke="${colour}"/></svg>`
  }
  const own = baseline === undefined ? (reported ? reportedDash : null) : baselineDash
  const dashes = own ? own.map((length) => length * theme.lineWidth) : dash
  return `<svg width="18" height="10"><path d="M0 5H18" stroke="${colour}" stroke-width="${theme.lineWidth}" stroke-dasharray="${dashes.join(' ')}"/></svg>`
}

const rangeText = ({ y }: FigureSpec, { lo, hi }: Pick<Point, 'lo' | 'hi'>) =>
  `${formatValue(y, lo ?? null)} to ${formatValue(y, hi ?? null)}`

/** What the range of a point is, the sequence for all images, and the number of images it stands on. */
const detail = (spec: FigureSpec, { series: { bandLabel }, point }: TooltipRow) =>
  [
    ...(hasRange(point) ? [point.rangeLabel ?? bandLabel ?? ''] : []),
    ...(point.all ? [`all images: ${rangeText(spec, point.all)}`] : []),
    standsOnText(point),
  ]
    .filter(Boolean)
    .join(', ')
