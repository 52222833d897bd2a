import { formatCellRef, type CellRef } from '#shared/cellRef.ts'
import type { FigureSpec, Point } from '#shared/figures/spec.ts'

/** A point of a figure that leads to images. */
export interface FoundPoint {
  ref: CellRef
  figure: FigureSpec
  point: Point
}

/** The point of the figures with this ref; null where there is none. */
export function findPoint(figures: readonly FigureSpec[], ref: CellRef | null): FoundPoint | null {
  if (!ref) return null
  const text = formatCellRef(ref)
  for (const figure of figures)
    for (const { points } of figure.series) {
      const point = points.find((one) => one.ref === text)
      if (point) return { ref, figure, point }
    }
  return null
}
