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

/** Letter and title of a panel, line by line. */
export interface SheetCaption {
  box: Box
  letter: string
  lines: string[]
  align: 'start' | 'middle'
  row: number
  column: number
}

export interface SheetPlot {
  box: Box
  spec: FigureSpec
  plotStyle: PlotStyle
  /** Plots of one row or column of the grid are set in line. */
  row: number
  column: number
}

/** Series with the kind of plot that its mark in the legend is taken from. */
export interface LegendEntry {
  series: DrawnSeries
  kind: FigureSpec['kind']
}

/** All that is drawn of a figure, in points: the one form that SVG, PDF and PNG are made of. */
export interface Sheet {
  id: string
  title: string
  /** What is to be seen, for those who do not see it. */
  alt: string
  width: number
  height: number
  typeface: TypefaceName
  theme: FigureTheme
  plots: SheetPlot[]
  captions: SheetCaption[]
  legend: { box: Box; entries: LegendEntry[] } | null
}

/** Distance of the lines of a panel's title, and what stands between it and the plot, in font sizes. */
const lineHeight = 1.25
const captionGap = 0.35

/**
 * A composition whose panels carry their data, laid out. Pure: the same composition gives the same sheet.
 *
 * @throws UNSUPPORTED for a panel that only says where its data come from
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

/** Cells beyond this are drawn as one picture under vector axes: a shape for each would make files of megabytes. */
const mostVectorCells = 2500

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

/** Every series once, by its name in the figure. */
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
