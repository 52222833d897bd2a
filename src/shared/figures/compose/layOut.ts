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

/** The settings of a panel that the layout needs, with its measured heights in points. */
export interface PanelSize {
  panel: Pick<Panel, 'columns' | 'ratio'>
  /** Whether it is a matrix of cells. Only panels of one kind have their plots in line. */
  cells: boolean
  /** Height of letter and title. */
  captionHeight: number
  /** Height of its plot and of what stands above and below it, as the panel needs them. */
  natural: { top: number; plot: number; bottom: number }
}

/** Widths of panels in points, which do not depend on their contents. */
export function panelWidths(page: Page, panels: readonly Pick<Panel, 'columns'>[]): number[] {
  const column = (pageWidth(page) * pointsPerInch - page.gap * (page.columns - 1)) / page.columns
  return panels.map(({ columns }) => {
    const own = Math.min(page.columns, columns)
    return own * column + (own - 1) * page.gap
  })
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
      ...row.map(({ size, columns }) =>
        size.panel.ratio === null ? heightInLine(size, row) : widthOf(columns) * size.panel.ratio,
      ),
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

/** Height of a panel whose plot is in line with the others of its kind in the row. */
function heightInLine(size: PanelSize, row: readonly Slot[]): number {
  const same = row.flatMap((slot) => (slot.size.cells === size.cells ? [slot.size.natural] : []))
  const largest = (side: 'top' | 'bottom') => Math.max(...same.map((own) => own[side]))
  return largest('top') + size.natural.plot + largest('bottom')
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
