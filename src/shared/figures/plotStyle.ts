/** Where the legend of a plot stands: outside it, or in one of its corners. */
export type LegendPlace =
  'none' | 'top' | 'bottom' | 'right' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right'

/** Space between the edges of a drawing and its plot, in the unit of the drawing. */
export interface Insets {
  left: number
  right: number
  top: number
  bottom: number
}

/** How one plot is drawn, apart from its theme: what an author decides for a panel. */
export interface PlotStyle {
  legend: LegendPlace
  /** How `lo` and `hi` of lines are shown; bars and points always have error bars. */
  ranges: 'bands' | 'bars' | 'none'
  /** Distance between ticks in the unit of the data; what is round enough when left out. */
  step: { x?: number | undefined; y?: number | undefined }
  /** Exact place of the plot; what labels and legend leave when left out. */
  insets: Insets | null
  /** outside: cells are not drawn but laid under the axes as one picture by whoever draws. */
  cells: 'vector' | 'outside'
}

export const defaultPlotStyle: PlotStyle = {
  legend: 'top',
  ranges: 'bands',
  step: {},
  insets: null,
  cells: 'vector',
}

export const isInside = (place: LegendPlace): boolean => place.includes('-')
