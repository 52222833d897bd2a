/** Where the legend of a plot stands: outside the plot, or in one of its corners. */
export type LegendPlace =
  'none' | 'top' | 'bottom' | 'right' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right'

/** Space between the edges of a drawing and its plot, in the unit of the drawing. */
export interface Insets {
  left: number
  right: number
  top: number
  bottom: number
}

/** What an author decides for one plot, apart from its theme. */
export interface PlotStyle {
  legend: LegendPlace
  /** How `lo` and `hi` of lines are shown; bars and points always have error bars. */
  ranges: 'bands' | 'bars' | 'none'
  /** Distance between ticks in the unit of the data; by default a round number. */
  step: { x?: number | undefined; y?: number | undefined }
  /** Exact place of the plot. With null it takes the space that labels and legend leave. */
  insets: Insets | null
  /** outside: cells are not drawn here; the renderer puts them under the axes as one picture. */
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
