import { drawnSeries } from '#shared/figures/points.ts'
import type { FigureSpec, Point, Series } from '#shared/figures/spec.ts'

/** Largest distance between a click and a line, in pixels. */
const reach = 12

/**
 * Finds the point nearest to a click on a line without symbols. Only points that can be opened count; null where none
 * is near.
 *
 * @param toPixels returns where a point of the figure is drawn; null where it is not
 * @param isShown says whether the series of a legend entry is shown
 */
export function pointedAt(
  spec: FigureSpec,
  [x, y]: readonly [number, number],
  toPixels: (point: readonly [number, number]) => readonly [number, number] | null,
  isShown: (key: string) => boolean = () => true,
): { point: Point; series: Series } | null {
  if (spec.kind !== 'lines') return null
  const drawn = drawnSeries(spec)
  let best: { point: Point; series: Series; away: number } | null = null
  for (const [place, series] of spec.series.entries()) {
    if (series.symbols && series.baseline === undefined) continue
    if (!isShown(drawn[place]?.key ?? '')) continue
    for (const point of series.points) {
      const at = point.ref === undefined || point.y === null ? null : toPixels([point.x, point.y])
      const away = at ? Math.hypot(at[0] - x, at[1] - y) : Infinity
      if (away <= Math.min(reach, best?.away ?? reach)) best = { point, series, away }
    }
  }
  return best
}
