import type { LineSeriesOption } from 'echarts'
import type { FigureSpec } from './spec.ts'
import { groundOf, type FigureTheme } from './theme.ts'

/**
 * Reference lines with their names, and shaded spans of x, as a separate series without points of its own. Its data are
 * the positions of the references, so that an axis reaches them even where no series does.
 */
export function referenceSeries(spec: FigureSpec, theme: FigureTheme): LineSeriesOption[] {
  if (spec.references.length === 0 && spec.spans.length === 0) return []
  const text = { fontFamily: theme.fontFamily, fontSize: theme.fontSize * 0.85, color: theme.muted }
  // The label must stay readable over bars and bands, and they must stay visible behind it.
  const plate = { backgroundColor: faded(groundOf(theme), 0.65), padding: [0, theme.fontSize * 0.25] }
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
        lineStyle: { color: theme.muted, width: thin, type: [thin * 4, thin * 3] },
        data: labelled(spec).map(({ axis, value, label }) => ({
          name: label,
          ...(axis === 'x' ? { xAxis: value } : { yAxis: value }),
          label: {
            ...text,
            ...(label === '' ? {} : plate),
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

/**
 * Adds an opacity to a colour #rrggbb. In this form it becomes a separate opacity in SVG, which every SVG reader
 * supports.
 */
function faded(colour: string, opacity: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  return `rgba(${channels.join(',')},${opacity})`
}

/** Share of the axis below which two labels would overlap. */
const tooNear = 0.07

/** The references. Neighbours that are too close for two labels share one: "uniform 27×27, 29×29, 31×31". */
function labelled(spec: FigureSpec): FigureSpec['references'] {
  return (['x', 'y'] as const).flatMap((axis) => {
    const lines = spec.references.filter((line) => line.axis === axis).toSorted((a, b) => a.value - b.value)
    const reach = tooNear * extent(spec, axis)
    let group: string[] = []
    return lines.map((line, at) => {
      group.push(line.label)
      const above = lines[at + 1]
      if (above && above.value - line.value < reach) return { ...line, label: '' }
      const label = joined(group)
      group = []
      return { ...line, label }
    })
  })
}

/** Joins labels. A first word that all of them share is written once. */
function joined(labels: readonly string[]): string {
  const [first = '', ...others] = labels
  const word = /^\S+ /.exec(first)?.[0] ?? ''
  const shared = word !== '' && others.every((label) => label.startsWith(word))
  return [first, ...others.map((label) => (shared ? label.slice(word.length) : label))].join(', ')
}

function extent(spec: FigureSpec, axis: 'x' | 'y'): number {
  let min = spec[axis].min ?? Number.POSITIVE_INFINITY
  let max = spec[axis].max ?? Number.NEGATIVE_INFINITY
  const meet = (value: number | null | undefined) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return
    if (value < min) min = value
    if (value > max) max = value
  }
  for (const line of spec.references) if (line.axis === axis) meet(line.value)
  for (const { points } of spec.series)
    for (const point of points) for (const value of ends(point, axis)) meet(value)
  return max > min ? max - min : 0
}

const ends = ({ x, y, lo, hi }: FigureSpec['series'][number]['points'][number], axis: 'x' | 'y') =>
  axis === 'x' ? [x] : [y, lo, hi]
