import { plotBox, type Frame } from './layout/frame.ts'
import type { DrawnSeries } from './points.ts'
import type { FigureTheme } from './theme.ts'

/** Width of a plot, in sizes of the type, from which symbols have their full size. */
const fullWidth = 18

/** Share of the distance between neighbouring points that a symbol takes at most. */
const share = 0.6

/**
 * Distances along x from the points of series to their symbols. They are zero unless all series have one point at the
 * same x, where symbols would hide each other.
 *
 * @param series without baselines
 * @param size of the symbols
 */
export function offsetsOnOneLevel(series: readonly DrawnSeries[], size: number): Map<string, number> {
  const levels = new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))
  const apart = levels.size === 1 && series.length > 1 ? size * 1.3 : 0
  return new Map(series.map(({ id }, at) => [id, (at - (series.length - 1) / 2) * apart]))
}

/** Size of symbols in a plot: that of the theme, smaller in a small plot and where points are close to each other. */
export function symbolSize(series: readonly DrawnSeries[], theme: FigureTheme, frame: Frame): number {
  const { width } = plotBox(frame)
  const most = Math.max(1, ...series.map(({ points }) => points.length))
  const small = Math.sqrt(Math.min(1, width / theme.fontSize / fullWidth))
  const near = (share * width) / most
  return Math.min(theme.symbolSize * small, Math.max(theme.symbolSize * 0.35, near))
}
