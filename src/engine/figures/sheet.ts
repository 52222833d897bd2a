import {
  composedAlt,
  layOut,
  panelLetter,
  panelSpecs,
  styleTheme,
  type Box,
  type Composition,
  type Panel,
} from '#shared/figures/compose/index.ts'
import { legendExcess, legendHeight } from '#shared/figures/legend.ts'
import { defaultPlotStyle, type PlotStyle } from '#shared/figures/plotStyle.ts'
import { drawnSeries, type DrawnSeries } from '#shared/figures/points.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { FigureTheme } from '#shared/figures/theme.ts'
import { wrapped } from './text.ts'
import { typeface, type TypefaceName } from './typeface.ts'

/** The letter of a panel and the lines of its title. */
export interface SheetCaption {
  box: Box
  letter: string
  lines: string[]
  align: 'start' | 'middle'
  row: number
  column: number
}

/** A plot and its box, in points. */
export interface SheetPlot {
  box: Box
  spec: FigureSpec
  plotStyle: PlotStyle
  /** Row and column in the grid of panels. Plots of one row or column are aligned. */
  row: number
  column: number
}

/** A series of the legend, and the kind of plot that decides its mark. */
export interface LegendEntry {
  series: DrawnSeries
  kind: FigureSpec['kind']
}

/** A laid out figure, in points. SVG, PDF and PNG are rendered from it. */
export interface Sheet {
  id: string
  title: string
  /** Description of the figure for readers who cannot see it. */
  alt: string
  width: number
  height: number
  typeface: TypefaceName
  theme: FigureTheme
  plots: SheetPlot[]
  captions: SheetCaption[]
  legend: { box: Box; entries: LegendEntry[] } | null
}

/** Line height of a panel's title, and the gap between title and plot, in font sizes. */
const lineHeight = 1.25
const captionGap = 0.35

/**
 * Lays out a composition whose panels carry their data. Pure: the same composition gives the same sheet.
 *
 * @throws UNSUPPORTED where a panel only names the source of its data
 */
export function sheetOf(composition: Composition): Sheet {
  const { style, panels, title } = composition
  const face = typeface(style.typeface)
  const measured: FigureTheme = {
    ...styleTheme(style),
    fontFamily: face.family,
    textWidth: (text, fontSize) => face.faces.regular.width(text, fontSize),
  }
  const specs = panelSpecs(composition)
  const drawn = specs.map((spec, at) => {
    const letter = panelLetter(style.letters, at, panels.length)
    return { panel: panels[at], spec, letter, title: spec.title.trim() }
  })
  const shared = style.legend === 'panels' ? [] : legendEntries(specs)
  const sized = (captionHeights: readonly number[], widths: readonly number[]) =>
    layOut(
      composition,
      drawn.map(({ panel, spec }, at) => ({
        panel: { columns: panel?.columns ?? 1, ratio: panel?.ratio ?? null },
        spec,
        captionHeight: captionHeights[at] ?? 0,
        legendExcess:
          panel && style.legend === 'panels'
            ? legendExcess(spec, panel.legend, measured, widths[at] ?? Number.POSITIVE_INFINITY)
            : 0,
      })),
      shared.length < 2 ? 0 : sharedHeight(shared, measured, composition),
    )
  const widths = sized([], []).panels.map(({ plot }) => plot.width)
  const captions = drawn.map(({ letter, title }, at) => ({
    letter,
    lines: wrapped(title, widths[at] ?? 0, style.fontSize, face, letter),
  }))
  const layout = sized(
    captions.map(({ letter, lines }) => {
      const count = Math.max(lines.length, letter === '' ? 0 : 1)
      return count === 0 ? 0 : (count * lineHeight + captionGap) * style.fontSize
    }),
    widths,
  )
  return {
    id: composition.title,
    title,
    alt: composedAlt(title, specs, style.letters),
    width: layout.width,
    height: layout.height,
    typeface: style.typeface,
    theme: measured,
    legend: layout.legend ? { box: layout.legend, entries: shared } : null,
    captions: captions.flatMap(({ letter, lines }, at) => {
      const place = layout.panels[at]
      if (!place || place.caption.height === 0) return []
      const { caption: box, row, column } = place
      return [{ box, letter, lines, row, column, align: style.captions === 'below' ? 'middle' : 'start' }]
    }),
    plots: drawn.flatMap(({ panel, spec }, at) => {
      const place = layout.panels[at]
      if (!place || !panel) return []
      const { row, column, plot } = place
      return [
        { spec, row, column, box: plot, plotStyle: plotStyleOf(panel, spec, style.legend !== 'panels') },
      ]
    }),
  }
}

/** Number of cells above which they are rendered as one picture under vector axes: shapes would take megabytes. */
const mostVectorCells = 2500

/** Whether the cells of a figure are rendered as shapes (`vector`) or as a picture (`outside`). */
export const cellsOf = ({ cells }: FigureSpec): PlotStyle['cells'] =>
  cells && (cells.photograph || cells.pictures || cells.values.length > mostVectorCells)
    ? 'outside'
    : 'vector'

function plotStyleOf(panel: Panel, spec: FigureSpec, sharedLegend: boolean): PlotStyle {
  return {
    ...defaultPlotStyle,
    legend: sharedLegend ? 'none' : panel.legend,
    ranges: panel.ranges,
    step: { x: panel.x.step, y: panel.y.step },
    cells: cellsOf(spec),
  }
}

/** Lists every series once, by its key. */
function legendEntries(specs: readonly FigureSpec[]): LegendEntry[] {
  const found = new Map<string, LegendEntry>()
  for (const spec of specs) {
    if (spec.kind === 'heatmap') continue
    for (const series of drawnSeries(spec))
      if (!found.has(series.key)) found.set(series.key, { series, kind: spec.kind })
  }
  return [...found.values()]
}

function sharedHeight(
  entries: readonly LegendEntry[],
  theme: FigureTheme,
  { page, style }: Composition,
): number {
  const { width } = layOut({ page, style }, [], 0)
  return (
    legendHeight(
      entries.map(({ series }) => series),
      entries[0]?.kind ?? 'lines',
      theme,
      width,
    ) +
    0.6 * theme.fontSize
  )
}
