import { inHundredths } from '../format.ts'
import { drawnSeries } from '../points.ts'
import type { FigureSpec } from '../spec.ts'
import type { Domain } from './ticks.ts'

/** The range of all finite values that a figure shows along an axis, with its references; null where it has none. */
export function dataDomain(spec: FigureSpec, side: 'x' | 'y'): Domain | null {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  const meet = (value: number | null | undefined) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return
    if (spec[side].scale === 'log' && value <= 0) return
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  for (const { axis, value } of spec.references) if (axis === side) meet(value)
  for (const { points } of drawnSeries(spec))
    for (const point of points) {
      if (side === 'y') for (const value of [point.y, point.lo, point.hi]) meet(value)
      else if (point.y !== null) meet(point.x)
    }
  if (side === 'x') for (const { from, to } of spec.spans) [from, to].forEach(meet)
  return min <= max ? { min, max } : null
}

/** Share of a range that is added at both ends where marks would stand on the edge of a plot. */
const margin = 0.04

/**
 * The range that an axis shows. Limits of the figure hold. Otherwise the horizontal axis ends where the data do, and
 * the vertical one starts at zero for bars and for shares that are not negative. A range of one value gets room.
 */
export function shownDomain(spec: FigureSpec, side: 'x' | 'y'): Domain {
  const axis = spec[side]
  const found = dataDomain(spec, side) ?? (axis.scale === 'log' ? { min: 0.1, max: 1 } : { min: 0, max: 1 })
  const zero = side === 'y' && axis.scale === 'linear' && (spec.kind === 'bars' || inHundredths(axis.unit))
  let { min, max } = zero ? { min: Math.min(0, found.min), max: Math.max(0, found.max) } : found
  if (axis.scale === 'log') {
    const wide = max / min < 1.5 ? 2 : 1
    return { min: axis.min && axis.min > 0 ? axis.min : min / wide, max: axis.max ?? max * wide }
  }
  if (min === max) {
    const reach = Math.abs(min) * 0.2 || 1
    ;[min, max] = [min - reach, max + reach]
  } else if (spec.kind === 'scatter' && side === 'x') {
    const reach = (max - min) * margin
    ;[min, max] = [min - reach, max + reach]
  }
  return ordered({ min: axis.min ?? min, max: axis.max ?? max })
}

/** Limits that exclude all data would give an empty or inverted range. */
const ordered = ({ min, max }: Domain): Domain => (min < max ? { min, max } : { min, max: min + 1 })
