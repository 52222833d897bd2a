import * as echarts from 'echarts'
import type { EChartsOption } from 'echarts'
import type { Insets, PlotStyle } from '#shared/figures/plotStyle.ts'
import { drawSeries, toOption } from '#shared/figures/option.ts'
import { legend } from '#shared/figures/legend.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { FigureTheme } from '#shared/figures/theme.ts'
import type { LegendEntry } from './sheet.ts'
import { measure } from './text.ts'
import type { Typeface } from './typeface.ts'

/** A size in the unit of the drawing, a fifth of a point. */
export interface Size {
  width: number
  height: number
}

/** A rendered plot: SVG without its outer element, and the insets of the axes inside, in the unit of its size. */
export interface RenderedPlot {
  svg: string
  insets: Insets | null
}

/** Renders one plot. Its ids begin with `prefix`, so that one SVG can contain several plots. */
export function renderPlot(
  spec: FigureSpec,
  theme: FigureTheme,
  plotStyle: PlotStyle,
  size: Size,
  face: Typeface,
  prefix: string,
): RenderedPlot {
  return renderOption(toOption(spec, theme, size, plotStyle), size, face, prefix)
}

/** Renders a legend for several plots, with the marks that the series have in the plots. Returns SVG. */
export function renderLegend(
  entries: readonly LegendEntry[],
  theme: FigureTheme,
  size: Size,
  face: Typeface,
  prefix: string,
): string {
  const series = entries.map((entry) => ({ ...entry.series, points: [] }))
  const plotStyle = { legend: 'top', insets: null } as const
  const { option } = legend(series, entries[0]?.kind ?? 'lines', theme, size, 0, plotStyle)
  const empty: EChartsOption = {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: theme.fontFamily, fontSize: theme.fontSize, color: theme.ink },
    legend: option,
    xAxis: { type: 'category', show: false },
    yAxis: { type: 'value', show: false },
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    series: entries.flatMap(({ kind }, place) => {
      const own = series[place]
      return own ? drawSeries(own, { place, count: entries.length }, kind, theme, { ranges: 'none' }) : []
    }),
  }
  return renderOption(empty, size, face, prefix).svg
}

function renderOption(option: EChartsOption, size: Size, face: Typeface, prefix: string): RenderedPlot {
  // ECharts measures text in one way per process. Rendering is synchronous, so no other figure comes in between.
  echarts.setPlatformAPI({ measureText: (text, font) => ({ width: measure(face, text, font ?? '') }) })
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption({ ...option, backgroundColor: 'transparent' })
    return { svg: inner(chart.renderToSVGString(), prefix), insets: insetsOf(chart, size) }
  } finally {
    chart.dispose()
  }
}

/** Reads the insets of the axes from ECharts' model, which its types do not show. */
function insetsOf(chart: echarts.ECharts, { width, height }: Size): Insets | null {
  const grid = new Property(chart).call('getModel').call('getComponent', 'grid')
  const box = grid.get('coordinateSystem').call('getRect')
  const [left, top, across, down] = ['x', 'y', 'width', 'height'].map((name) => box.get(name).value)
  if (![left, top, across, down].every((value) => typeof value === 'number')) return null
  const [x, y, w, h] = [Number(left), Number(top), Number(across), Number(down)]
  return { left: x, top: y, right: width - x - w, bottom: height - y - h }
}

/** A value of unknown shape. Members that do not exist are undefined. */
class Property {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }

  get(name: string): Property {
    const { value } = this
    return new Property(typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined)
  }

  call(name: string, ...args: unknown[]): Property {
    const method = this.get(name).value
    return new Property(typeof method === 'function' ? Reflect.apply(method, this.value, args) : undefined)
  }
}

/** Returns the content of ECharts' svg element, without running numbers, hover styles and event attributes. */
function inner(svg: string, prefix: string): string {
  return svg
    .replace(/^<svg [^>]*>\s*/, '')
    .replace(/\s*<\/svg>\s*$/, '')
    .replace(/<style\b[^>]*>[\s\S]*?<\/style>\s*/g, '')
    .replace(/ (?:class|pointer-events|ecmeta_[a-z_]+)="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, prefix)
    .replace(/(\d\.\d{3})\d{3,}/g, '$1')
}
