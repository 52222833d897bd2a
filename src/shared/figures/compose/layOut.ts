import type { FigureSpec } from '../spec.ts'
import { venues, venueSetting } from '../venues.ts'
import type { Composition, Page, Panel } from './composition.ts'

/** A rectangle in points from the top left of the figure. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

interface PlacedPanel {
  /** Box of letter and title; its height is 0 where there are none. */
  caption: Box
  plot: Box
  /** Row of the grid, and the first column of the panel. */
  row: number
  column: number
}

/** The boxes of a composed figure. Lengths are in points. */
export interface Layout {
  width: number
  height: number
  legend: Box | null
  panels: PlacedPanel[]
}

const pointsPerInch = 72

/** Width of a figure in inches: that of its venue, or its own. */
export function pageWidth(page: Page): number {
  const venue = venues.find(({ id }) => id === page.venue)
  return venue ? venueSetting(venue, page.span).width : page.width
}

/**
 * Natural ratio of height over width: 0.68 for charts, 0.82 for charts narrower than 2.5 inches. The ratio of a heatmap
 * makes its cells about square.
 */
export function naturalRatio(spec: FigureSpec, widthInches: number): number {
  const cells = spec.kind === 'heatmap' ? spec.cells : undefined
  const [rows, columns] = [cells?.rows.length ?? 0, cells?.columns.length ?? 0]
  // A photograph beside the cells takes half of their width.
  const share = cells?.photograph?.layout === 'beside' ? 0.4 : 0.75
  if (rows > 0 && columns > 0) return Math.min(1, Math.max(0.35, (share * rows) / columns + 0.15))
  return widthInches >= 2.5 ? 0.68 : 0.82
}

/** The settings of a panel that the layout needs, with its measured heights. */
export interface PanelSize {
  panel: Pick<Panel, 'columns' | 'ratio'>
  spec: FigureSpec
  /** Height of letter and title in points. */
  captionHeight: number
  /** Height in points that its own legend needs beyond the natural height of the figure. */
  legendExcess: number
}

/**
 * Fills the grid row by row in the order of the panels. A row is as high as its highest panel. Where the figure has a
 * fixed height, all rows grow or shrink by the same factor.
 *
 * @param legendHeight of the legend for the whole figure, in points; 0 without one
 */
export function layOut(
  { page, style }: Pick<Composition, 'page' | 'style'>,
  sizes: readonly PanelSize[],
  legendHeight: number,
): Layout {
  const width = pageWidth(page) * pointsPerInch
  const columnWidth = (width - page.gap * (page.columns - 1)) / page.columns
  const widthOf = (columns: number) => columns * columnWidth + (columns - 1) * page.gap
  const rows = rowsOf(sizes, page.columns)
  const captions = rows.map((row) => Math.max(0, ...row.map(({ size }) => size.captionHeight)))
  const natural = rows.map((row) =>
    Math.max(
      ...row.map(({ size, columns }) => {
        const own = widthOf(columns)
        return size.panel.ratio === null
          ? own * naturalRatio(size.spec, own / pointsPerInch) + size.legendExcess
          : own * size.panel.ratio
      }),
    ),
  )
  const fixed = legendHeight + captions.reduce((a, b) => a + b, 0) + page.gap * Math.max(0, rows.length - 1)
  const total = natural.reduce((a, b) => a + b, 0)
  const asked = page.height === null ? null : page.height * pointsPerInch
  // A figure too low for its rows keeps at least one line of text per row.
  const factor =
    asked === null || total === 0 ? 1 : Math.max(style.fontSize * rows.length, asked - fixed) / total
  const height = asked ?? roundUp(fixed + total * factor, 0.72)
  const below = style.captions === 'below'
  const panels: PlacedPanel[] = []
  let y = style.legend === 'shared-top' ? legendHeight : 0
  for (const [r, row] of rows.entries()) {
    const plotHeight = (natural[r] ?? 0) * factor
    const captionHeight = captions[r] ?? 0
    for (const { column, columns } of row) {
      const across = { x: column * (columnWidth + page.gap), width: widthOf(columns) }
      panels.push({
        row: r,
        column,
        caption: { ...across, y: below ? y + plotHeight : y, height: captionHeight },
        plot: { ...across, y: below ? y : y + captionHeight, height: plotHeight },
      })
    }
    y += plotHeight + captionHeight + page.gap
  }
  const legendY = style.legend === 'shared-bottom' ? height - legendHeight : 0
  return {
    width,
    height: rows.length === 0 ? (asked ?? pointsPerInch) : height,
    legend: legendHeight > 0 ? { x: 0, y: legendY, width, height: legendHeight } : null,
    panels,
  }
}

interface Slot {
  size: PanelSize
  column: number
  columns: number
}

function rowsOf(sizes: readonly PanelSize[], count: number): Slot[][] {
  const rows: Slot[][] = []
  let column = count
  for (const size of sizes) {
    const columns = Math.min(count, size.panel.columns)
    if (column + columns > count) {
      rows.push([])
      column = 0
    }
    rows.at(-1)?.push({ size, column, columns })
    column += columns
  }
  return rows
}

/** Rounds up to a multiple of `unit`: a hundredth of an inch gives heights that read well. */
const roundUp = (value: number, unit: number) => Math.ceil(value / unit - 1e-9) * unit
