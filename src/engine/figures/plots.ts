import * as echarts from 'echarts'
import type { EChartsOption } from 'echarts'
import type { PlotStyle } from '#shared/figures/plotStyle.ts'
import { toOption } from '#shared/figures/option.ts'
import { seriesAlone } from '#shared/figures/series.ts'
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

/** Renders one plot as SVG without its outer element. Its ids begin with `prefix`, so that one SVG can hold several. */
export function renderPlot(
  spec: FigureSpec,
  theme: FigureTheme,
  plotStyle: PlotStyle,
  size: Size,
  face: Typeface,
  prefix: string,
): string {
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
  const { option } = legend(series, entries[0]?.kind ?? 'lines', theme, size, 0, plotStyle, 1)
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
      return own ? seriesAlone(own, kind, theme) : []
    }),
  }
  return renderOption(empty, size, face, prefix)
}

function renderOption(option: EChartsOption, size: Size, face: Typeface, prefix: string): string {
  // ECharts measures text in one way per process. Rendering is synchronous, so no other figure comes in between.
  echarts.setPlatformAPI({ measureText: (text, font) => ({ width: measure(face, text, font ?? '') }) })
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption({ ...option, backgroundColor: 'transparent' })
    return inner(chart.renderToSVGString(), prefix)
  } finally {
    chart.dispose()
  }
}

/** Returns the content of ECharts' svg element, without running numbers, hover styles, event attributes and shapes that show nothing. */
function inner(svg: string, prefix: string): string {
  return svg
    .replace(/^<svg [^>]*>\s*/, '')
    .replace(/\s*<\/svg>\s*$/, '')
    .replace(/<style\b[^>]*>[\s\S]*?<\/style>\s*/g, '')
    .replace(/ (?:class|pointer-events|ecmeta_[a-z_]+)="[^"]*"/g, '')
    .replace(/<(path|rect)(?![^>]* stroke=)[^>]* fill="none"[^>]*><\/\1>\n?/g, '')
    .replace(/\bzr\d+-/g, prefix)
    .replace(/(\d\.\d{3})\d{3,}/g, '$1')
}
