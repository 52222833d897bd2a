import type { TooltipComponentOption } from 'echarts'
import { formatValue } from './format.ts'
import { baselineDash, mark, reportedDash } from './palette.ts'
import { standsOnText } from './partial.ts'
import { drawnSeries, hasRange, type DrawnSeries } from './points.ts'
import type { FigureSpec, Point, Series } from './spec.ts'
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
  /** The other range of an unfinished point: what is drawn is one of two. */
  other: string
}

/**
 * The tooltip: the value on x, then a row per series with its mark, value and range. What all rows share (what a range
 * is, number of images) stands once below them.
 */
export function tooltip(spec: FigureSpec, theme: FigureTheme): TooltipComponentOption {
  if (!theme.tooltip) return { show: false }
  const series = new Map(drawnSeries(spec).map((entry) => [entry.id, entry]))
  const plain = new Map(spec.series.map((entry) => [entry.id, entry]))
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
          const own = plain.get(seriesId ?? '')
          return entry && own && point
            ? [{ series: entry, point, other: otherRange(spec, own, dataIndex) }]
            : []
        }),
      ),
  }
}

function html(spec: FigureSpec, theme: FigureTheme, shown: readonly TooltipRow[]): string {
  const [first] = shown
  if (!first) return ''
  const below = new Set(shown.map((one) => detail(one)))
  const rows = shown.map((one) => {
    const cells = [
      swatch(spec, theme, one.series),
      escapeMarkup(one.series.label),
      `<b>${escapeMarkup(formatValue(spec.y, one.point.y))}</b>`,
      escapeMarkup(hasRange(one.point) ? rangeText(spec, one.point) : ''),
      ...(below.size > 1 ? [escapeMarkup(detail(one))] : []),
    ]
    return `<tr>${cells.map((cell, at) => `<td style="${cellStyle}${at === 2 ? ';text-align:right' : ''}">${cell}</td>`).join('')}</tr>`
  })
  return [
    `<div>${escapeMarkup(`${spec.x.label}: ${formatValue(spec.x, first.point.x)}`)}</div>`,
    `<table style="border-collapse:collapse;font-variant-numeric:tabular-nums">${rows.join('')}</table>`,
    ...(below.size === 1 ? [`<div style="color:${theme.muted}">${escapeMarkup(detail(first))}</div>`] : []),
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

/** The range of an unfinished point that is not drawn; empty without one. */
function otherRange(spec: FigureSpec, { points, bandLabel }: Series, at: number): string {
  const point = points[at]
  if (!point?.all) return ''
  if (spec.intervals === 'complete') return `all images: ${rangeText(spec, point.all)}`
  return hasRange(point) ? `${point.rangeLabel ?? bandLabel ?? 'range'}: ${rangeText(spec, point)}` : ''
}

/** What the range of a point is, its other range, and the number of images it stands on. */
const detail = ({ series: { bandLabel }, point, other }: TooltipRow) =>
  [...(hasRange(point) ? [point.rangeLabel ?? bandLabel ?? ''] : []), other, standsOnText(point)]
    .filter(Boolean)
    .join(', ')
