import {
  composedAlt,
  layOut,
  panelLetter,
  panelSpecs,
  panelWidths,
  styleTheme,
  type Box,
  type Composition,
  type Panel,
} from '#shared/figures/compose/index.ts'
import { legendHeight } from '#shared/figures/legend.ts'
import { frameOf } from '#shared/figures/option.ts'
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
  const shared = style.legend === 'panels' ? [] : sharedEntries(specs)
  const elsewhere = new Set(shared.map(({ series }) => series.key))
  const widths = panelWidths(composition.page, panels)
  const styles = drawn.map(({ panel, spec }) => panel && plotStyleOf(panel, spec, composition, elsewhere))
  const captions = drawn.map(({ letter, title }, at) => ({
    letter,
    lines: wrapped(title, widths[at] ?? 0, style.fontSize, face, letter),
  }))
  const layout = layOut(
    composition,
    drawn.map(({ panel, spec }, at) => {
      const { letter = '', lines = [] } = captions[at] ?? {}
      const count = Math.max(lines.length, letter === '' ? 0 : 1)
      const { size, insets } = frameOf(spec, measured, { width: widths[at] ?? 0, height: null }, styles[at])
      return {
        panel: { columns: panel?.columns ?? 1, ratio: panel?.ratio ?? null },
        cells: spec.kind === 'heatmap',
        captionHeight: count === 0 ? 0 : (count * lineHeight + captionGap) * style.fontSize,
        natural: { top: insets.top, bottom: insets.bottom, plot: size.height - insets.top - insets.bottom },
      }
    }),
    shared.length === 0 ? 0 : sharedHeight(shared, measured, composition),
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
      return [{ spec, row, column, box: plot, plotStyle: styles[at] ?? defaultPlotStyle }]
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

function plotStyleOf(
  panel: Panel,
  spec: FigureSpec,
  { style }: Composition,
  elsewhere: ReadonlySet<string>,
): PlotStyle {
  const below = style.legend === 'shared-bottom' && panel.legend === 'auto' && spec.kind !== 'lines'
  return {
    ...defaultPlotStyle,
    legend: below ? 'bottom' : panel.legend,
    elsewhere,
    ranges: panel.ranges,
    chosen: panel.chosen,
    step: { x: panel.x.step, y: panel.y.step },
    cells: cellsOf(spec),
  }
}

/** The series that several panels show, once each, by their keys. Other series are named in their panels. */
function sharedEntries(specs: readonly FigureSpec[]): LegendEntry[] {
  const found = new Map<string, LegendEntry & { panels: Set<FigureSpec> }>()
  for (const spec of specs) {
    if (spec.kind === 'heatmap') continue
    for (const series of drawnSeries(spec)) {
      const entry = found.get(series.key) ?? { series, kind: spec.kind, panels: new Set() }
      entry.panels.add(spec)
      found.set(series.key, entry)
    }
  }
  return [...found.values()].filter(({ panels }) => panels.size > 1)
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
