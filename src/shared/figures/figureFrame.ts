import type { LegendComponentOption } from 'echarts'
import { endTexts, cellsLabel } from './cellRange.ts'
import { endLabels, type EndLabels } from './endLabels.ts'
import { unfinishedText } from './intervals.ts'
import { cellsFrame } from './layout/cellsFrame.ts'
import { fittedLines } from './layout/fitText.ts'
import { chartFrame, type Frame } from './layout/frame.ts'
import { keysOf, legend } from './legend.ts'
import type { PlotStyle } from './plotStyle.ts'
import { drawnSeries, type DrawnSeries } from './points.ts'
import type { FigureSpec } from './spec.ts'
import { textWidth, type FigureTheme } from './theme.ts'

/** Everything that is laid out before a figure is drawn. */
export interface FigureFrame extends Frame {
  legend: LegendComponentOption
  ends: EndLabels | null
  /** Lines of the colour bar's name; none for charts. */
  bar: string[]
}

/** Number of curves from which their names stand at their ends. */
const manyCurves = 4

/**
 * Lays out a figure: its plot, its axes, its legend or the names at the ends of its curves.
 *
 * @param size of the drawing; a height of null is the height that the figure needs
 * @param top height of a title above the figure
 */
export function figureFrame(
  spec: FigureSpec,
  theme: FigureTheme,
  size: { width: number; height: number | null },
  style: PlotStyle,
  top: number,
): FigureFrame {
  if (spec.kind === 'heatmap' && spec.cells) return heatmapFrame(spec, theme, size, style, top)
  const named = drawnSeries(spec).filter(({ key }) => !style.elsewhere.has(key))
  const curves = named.filter(({ baseline }) => baseline === undefined)
  if (namesAtEnds(spec, curves, style.legend, theme)) {
    for (const most of [2, 1]) {
      const found = framed(spec, theme, size, style, top, named, endLabels(curves, theme, size.width, most))
      const plot = found.size.height - found.insets.top - found.insets.bottom
      if ((found.ends?.height ?? 0) <= plot + theme.fontSize) return found
    }
  }
  return framed(spec, theme, size, style, top, named, null)
}

const namesAtEnds = (
  spec: FigureSpec,
  curves: readonly DrawnSeries[],
  place: PlotStyle['legend'],
  theme: FigureTheme,
) =>
  spec.kind === 'lines' &&
  theme.name === 'paper' &&
  (place === 'ends' || (place === 'auto' && curves.length >= manyCurves))

function framed(
  spec: FigureSpec,
  theme: FigureTheme,
  { width, height }: { width: number; height: number | null },
  style: PlotStyle,
  top: number,
  named: readonly DrawnSeries[],
  ends: EndLabels | null,
): FigureFrame {
  const atEnds = new Set(ends?.labels.map(({ series }) => series.key))
  const listed = named.filter(({ key }) => !atEnds.has(key))
  // A single series needs no legend, but what others stand beside must be named.
  const least =
    ends || (keysOf(listed).length < keysOf(drawnSeries(spec)).length && style.elsewhere.size > 0) ? 1 : 2
  const legendOf = (own: Pick<PlotStyle, 'legend' | 'insets'>) =>
    legend(listed, spec.kind, theme, { width, height: height ?? width }, top, own, least)
  const { margins } = legendOf({ ...style, insets: null })
  const frame = chartFrame(spec, theme, {
    width,
    height,
    margins: { ...margins, right: margins.right + (ends?.room ?? 0) },
    leastPlot: ends ? Math.min(ends.height, width) : 0,
    step: style.step,
    note: style.ranges === 'none' ? null : unfinishedText(spec),
    insets: style.insets,
  })
  return { ...frame, legend: legendOf({ ...style, insets: frame.insets }).option, ends, bar: [] }
}

/** Height of the colour bar at most, in sizes of the type. */
export const barHeight = 12

function heatmapFrame(
  spec: FigureSpec,
  theme: FigureTheme,
  { width, height }: { width: number; height: number | null },
  style: PlotStyle,
  top: number,
): FigureFrame {
  const { cells } = spec
  if (!cells) return framed(spec, theme, { width, height }, style, top, [], null)
  const beside = cells.photograph?.layout === 'beside'
  const measure = (text: string) => textWidth(theme, text)
  const lay = (bar: string[]) => ({
    bar,
    frame: cellsFrame(spec, cells, theme, {
      width,
      height,
      margins: { top, bottom: 0, left: 0, right: 0 },
      insets: style.insets,
      beside,
      bar: { ends: endTexts(cells), lines: bar.length },
    }),
  })
  const first = lay([cellsLabel(cells)]).frame
  const length = first.size.height - first.insets.top - first.insets.bottom
  const { bar, frame } = lay(fittedLines(cellsLabel(cells), Math.max(length, theme.fontSize * 8), 2, measure))
  return { ...frame, legend: { show: false }, ends: null, bar }
}
