import type { Insets } from '#shared/figures/plotStyle.ts'
import type { SheetPlot } from './sheet.ts'

/**
 * Insets that set plots in line: the plots of a row share top and bottom, those that begin in one column of the grid and
 * are equally wide share left and, where they have no colour bar, right.
 */
export function aligned(
  plots: readonly Pick<SheetPlot, 'row' | 'column' | 'box' | 'spec'>[],
  insets: readonly (Insets | null)[],
): (Insets | null)[] {
  const largest = (side: keyof Insets, among: (other: SheetPlotPlace) => boolean) =>
    Math.max(0, ...plots.flatMap((other, at) => (among(other) ? [insets[at]?.[side] ?? 0] : [])))
  return plots.map((plot, at) => {
    if (!insets[at]) return null
    const inRow = (other: SheetPlotPlace) => other.row === plot.row
    const inColumn = (other: SheetPlotPlace) =>
      other.column === plot.column && other.box.width === plot.box.width
    const sameBar = (other: SheetPlotPlace) =>
      inColumn(other) && (other.spec.kind === 'heatmap') === (plot.spec.kind === 'heatmap')
    return {
      top: largest('top', inRow),
      bottom: largest('bottom', inRow),
      left: largest('left', inColumn),
      right: largest('right', sameBar),
    }
  })
}

type SheetPlotPlace = Pick<SheetPlot, 'row' | 'column' | 'box' | 'spec'>
