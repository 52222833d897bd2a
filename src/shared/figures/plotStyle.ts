/**
 * Where the legend of a plot stands: outside the plot, in one of its corners, or as names at the ends of the curves.
 * auto: at the ends of four and more curves where the names fit, else above the plot.
 */
export type LegendPlace =
  | 'auto'
  | 'ends'
  | 'none'
  | 'top'
  | 'bottom'
  | 'right'
  | 'top-left'
  | 'top-right'
  | 'bottom-left'
  | 'bottom-right'

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
  /**
   * Id of the series that has its band where there are more than three; the others have thin whiskers. null: the first.
   */
  chosen: string | null
  /** Keys of series that a legend outside this plot names. */
  elsewhere: ReadonlySet<string>
  /** Distance between ticks in the unit of the data; by default a round number. */
  step: { x?: number | undefined; y?: number | undefined }
  /** Exact places of edges of the plot. The others leave the space that labels and legend need. */
  insets: Partial<Insets> | null
  /** outside: cells are not drawn here; the renderer puts them under the axes as one picture. */
  cells: 'vector' | 'outside'
}

export const defaultPlotStyle: PlotStyle = {
  legend: 'auto',
  ranges: 'bands',
  chosen: null,
  elsewhere: new Set(),
  step: {},
  insets: null,
  cells: 'vector',
}

export const isInside = (place: LegendPlace): boolean => place.includes('-')
