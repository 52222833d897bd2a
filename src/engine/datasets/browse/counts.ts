import type { Histogram } from '#shared/contract/index.ts'
import type { Matched } from './match.ts'

const bins = 20

/** Awaited between two passes over all images. */
export type Pause = () => Promise<void>

/** Whether the image at an index counts for a facet. */
export type CountsImage = (at: number) => boolean

/** An image counts for a facet if it passes every constraint of the filter outside that facet. */
export function countsFor({ fails, failed, facets }: Matched, facet: string): CountsImage {
  const place = facets.indexOf(facet)
  if (place < 0) return (at) => fails[at] === 0
  return (at) => fails[at] === 0 || (fails[at] === 1 && failed[at] === place)
}

/** Counts images by the value of a column. Entry `value + offset` has the count of `value`. */
export function tally(
  column: Int32Array | Uint16Array | Uint8Array,
  offset: number,
  counts: CountsImage,
): number[] {
  let largest = -offset
  for (const value of column) if (value > largest) largest = value
  const found = new Array<number>(largest + offset + 1).fill(0)
  for (let at = 0; at < column.length; at++) {
    const value = (column[at] ?? 0) + offset
    if (counts(at)) found[value] = (found[value] ?? 0) + 1
  }
  return found
}

export const entries = <T>(
  counts: readonly number[],
  value: (place: number) => T,
): { value: T; n: number }[] => counts.flatMap((n, place) => (n > 0 ? [{ value: value(place), n }] : []))

/** Histogram of the counted images over the range of all images, so that its range does not change with the filter. */
export function spread(column: Uint32Array, n: number, counts: CountsImage): Histogram {
  let [lo, hi] = [Infinity, 0]
  for (let at = 0; at < n; at++) {
    const value = column[at] ?? 0
    if (value === 0) continue
    if (value < lo) lo = value
    if (value > hi) hi = value
  }
  if (hi === 0) return { lo: 0, hi: 0, bins: [] }
  return binned(lo, hi, n, (at) => ((column[at] ?? 0) === 0 ? Number.NaN : (column[at] ?? 0)), counts)
}

/** Histogram of 20 bins over [lo, hi] of the counted images. NaN is left out; other values outside go to the end bins. */
export function binned(
  lo: number,
  hi: number,
  n: number,
  valueAt: (at: number) => number,
  counts: CountsImage,
): Histogram {
  const found = new Array<number>(bins).fill(0)
  const scale = hi > lo ? bins / (hi - lo) : 0
  for (let at = 0; at < n; at++) {
    if (!counts(at)) continue
    const value = valueAt(at)
    if (Number.isNaN(value)) continue
    const place = Math.min(bins - 1, Math.max(0, Math.floor((value - lo) * scale)))
    found[place] = (found[place] ?? 0) + 1
  }
  return { lo, hi, bins: found }
}
