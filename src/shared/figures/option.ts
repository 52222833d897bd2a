import type { EChartsOption, TitleComponentOption } from 'echarts'
import { annotationSeries, axisTitles } from './annotations.ts'
import { gridAt, xAxis, yAxis } from './axes.ts'
import { endLabelTexts } from './endLabels.ts'
import { figureFrame, type FigureFrame } from './figureFrame.ts'
import { formatTick } from './format.ts'
import { heatmap } from './heatmap.ts'
import { defaultPlotStyle, type PlotStyle } from './plotStyle.ts'
import { drawnSeries } from './points.ts'
import { referenceTexts } from './referenceLabels.ts'
import { referenceSeries } from './references.ts'
import { seriesOptions } from './series.ts'
import { defaultSize, gap, type FigureSize } from './size.ts'
import type { FigureSpec } from './spec.ts'
import { textWidth, type FigureTheme } from './theme.ts'
import { tooltip } from './tooltip.ts'

/**
 * A figure as an ECharts option. Pure: the same spec, theme and size give the same option.
 *
 * Each series keeps its `id`, and its data keep the order of `points`, so `seriesId` and `dataIndex` of a click lead to
 * the point and its `ref`. The renderer needs these charts: line, bar, scatter, heatmap, custom; and these components:
 * grid, legend, title, tooltip, markLine, markArea, visualMap, aria.
 *
 * @param size of the drawing in its unit, for legends and labels that must fit; by default 640 by 400
 * @param plotStyle an author's choices for this plot; by default with names at the ends of many curves, and with bands
 */
export function toOption(
  spec: FigureSpec,
  theme: FigureTheme,
  size: FigureSize = defaultSize,
  plotStyle: PlotStyle = defaultPlotStyle,
): EChartsOption {
  const title = titleOf(spec, theme, size.width)
  const base: EChartsOption = {
    animation: theme.animation,
    animationDuration: 200,
    backgroundColor: theme.background,
    textStyle: { fontFamily: theme.fontFamily, fontSize: theme.fontSize, color: theme.ink },
    title: title.option,
    tooltip: tooltip(spec, theme),
    aria: { enabled: true, label: { description: spec.alt } },
  }
  const drawn = withCategories(spec)
  const frame = figureFrame(drawn, theme, size, plotStyle, title.height)
  if (spec.kind === 'heatmap') return { ...base, ...heatmap(spec, theme, frame, plotStyle) }
  const series = drawnSeries(drawn)
  const { ends } = frame
  return {
    ...base,
    legend: frame.legend,
    grid: gridAt(frame),
    xAxis: xAxis(drawn, theme, frame),
    yAxis: yAxis(drawn, theme, frame),
    series: [
      ...seriesOptions(series, drawn.kind, theme, frame, plotStyle),
      ...referenceSeries(drawn, theme),
      annotationSeries([frame.x.domain.min, frame.y.domain.min], (api) => [
        ...axisTitles(frame, theme),
        ...referenceTexts(drawn, series, frame, theme, api),
        ...(ends ? endLabelTexts(ends, frame, theme, api) : []),
      ]),
    ],
  }
}

/** The layout of a figure in a drawing, as `toOption` uses it. */
export function frameOf(
  spec: FigureSpec,
  theme: FigureTheme,
  size: { width: number; height: number | null },
  plotStyle: PlotStyle = defaultPlotStyle,
): FigureFrame {
  return figureFrame(withCategories(spec), theme, size, plotStyle, titleOf(spec, theme, size.width).height)
}

function titleOf(spec: FigureSpec, theme: FigureTheme, width: number) {
  if (!theme.title || spec.title === '')
    return { option: { show: false } satisfies TitleComponentOption, height: 0 }
  const fontSize = theme.fontSize * 1.1
  const lines = Math.max(1, Math.ceil(textWidth(theme, spec.title, fontSize) / width))
  const option: TitleComponentOption = {
    text: spec.title,
    left: 'center',
    top: 0,
    padding: 0,
    textStyle: {
      color: theme.ink,
      fontFamily: theme.fontFamily,
      fontSize,
      fontWeight: 600,
      width,
      overflow: 'break',
    },
  }
  return { option, height: lines * fontSize * 1.3 + gap(theme) }
}

/** Numbers on x become categories in ascending order, because bars stand on categories. */
function withCategories(spec: FigureSpec): FigureSpec {
  if (spec.kind !== 'bars' || spec.x.scale === 'category') return spec
  const values = [...new Set(spec.series.flatMap(({ points }) => points.map(({ x }) => x)))].sort(
    (a, b) => a - b,
  )
  const places = new Map(values.map((value, place) => [value, place]))
  return {
    ...spec,
    x: {
      ...spec.x,
      scale: 'category',
      categories: values.map((value) => formatTick({ unit: spec.x.unit }, value)),
    },
    series: spec.series.map((series) => ({
      ...series,
      points: series.points.map((point) => ({ ...point, x: places.get(point.x) ?? 0 })),
    })),
  }
}
