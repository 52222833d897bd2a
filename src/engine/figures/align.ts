import type { Insets } from '#shared/figures/plotStyle.ts'
import type { SheetPlot } from './sheet.ts'

/**
 * Computes insets that align plots, in the unit of the given ones. The plots of a row get equal top and bottom insets.
 * The plots that begin in the same column of the grid and have equal widths get equal left insets; their right insets
 * are equal where they all have a colour bar or all have none.
 */
export function aligned(
  plots: readonly Pick<SheetPlot, 'row' | 'column' | 'box' | 'spec'>[],
  insets: readonly Insets[],
): Insets[] {
  const largest = (side: keyof Insets, among: (other: SheetPlotPlace) => boolean) =>
    Math.max(0, ...plots.flatMap((other, at) => (among(other) ? [insets[at]?.[side] ?? 0] : [])))
  return plots.map((plot) => {
    const inRow = (other: SheetPlotPlace) =>
      other.row === plot.row && (other.spec.kind === 'heatmap') === (plot.spec.kind === 'heatmap')
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
