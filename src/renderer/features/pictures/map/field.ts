import { quantile } from '#shared/maths/quantile.ts'
import type { Move } from '../../../ui/keys/viewKeys.ts'
import type { ColourMap } from '#shared/colour/list.ts'
import { lut, lutIndex } from '#shared/colour/maps.ts'

/** A number for every cell of a picture: `values` is [height, width], row-major. NaN means "no value". */
export interface Field {
  height: number
  width: number
  values: Float32Array
}

export interface FieldRange {
  min: number
  max: number
}

/** The n-th field of a stack [count, height, width]. */
export const fieldAt = (stack: Float32Array, height: number, width: number, n: number): Field => ({
  height,
  width,
  values: stack.subarray(n * height * width, (n + 1) * height * width),
})

/** Mean over all fields of a stack [count, height, width]. */
export function meanField(stack: Float32Array, height: number, width: number): Field {
  const size = height * width
  const count = Math.max(1, Math.floor(stack.length / size))
  const values = new Float32Array(size)
  for (let at = 0; at < size; at++) {
    let sum = 0
    for (let n = 0; n < count; n++) sum += stack[n * size + at] ?? 0
    values[at] = sum / count
  }
  return { height, width, values }
}

/** Smallest and largest finite value; zeros where there is none. */
export function rangeOf(values: Float32Array): FieldRange {
  let min = Infinity
  let max = -Infinity
  for (const value of values)
    if (Number.isFinite(value)) {
      if (value < min) min = value
      if (value > max) max = value
    }
  return min > max ? { min: 0, max: 0 } : { min, max }
}

/** The value that a share of the finite values does not exceed; 0 where there are none. */
export const limitOf = (values: Float32Array, share: number): number =>
  quantile(values.filter(Number.isFinite).sort(), share, 'invertedCdf') || 0

/** Widens a range to be symmetric about zero, for a diverging map. */
export function symmetric({ min, max }: FieldRange): FieldRange {
  const limit = Math.max(Math.abs(min), Math.abs(max))
  return { min: -limit, max: limit }
}

/** Row, column and value of the largest value; null for a field without values. */
export function peakOf({ values, width }: Field): { row: number; column: number; value: number } | null {
  let best = -1
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? Number.NaN
    if (Number.isFinite(value) && (best < 0 || value > (values[best] ?? 0))) best = at
  }
  return best < 0 ? null : { row: Math.floor(best / width), column: best % width, value: values[best] ?? 0 }
}

/** The field as RGBA, one pixel per cell. Cells without a value are transparent. */
export function paintField(
  { values }: Field,
  map: ColourMap,
  { min, max }: FieldRange,
): Uint8ClampedArray<ArrayBuffer> {
  const table = lut(map)
  const pixels = new Uint8ClampedArray(4 * values.length)
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? Number.NaN
    if (Number.isNaN(value)) continue
    const colour = 3 * lutIndex(value, min, max)
    pixels[4 * at] = table[colour] ?? 0
    pixels[4 * at + 1] = table[colour + 1] ?? 0
    pixels[4 * at + 2] = table[colour + 2] ?? 0
    pixels[4 * at + 3] = 255
  }
  return pixels
}

export interface Cell {
  row: number
  column: number
}

/** The cell under a point of a picture that is `across` by `down` pixels large; null outside. */
export function cellUnder(
  { height, width }: Field,
  x: number,
  y: number,
  across: number,
  down: number,
): Cell | null {
  const column = Math.floor((x / across) * width)
  const row = Math.floor((y / down) * height)
  return column >= 0 && column < width && row >= 0 && row < height ? { row, column } : null
}

/** The cell that a move leads to, kept inside the field. Without a cell to start from it is the middle one. */
export function movedCell(move: Move, at: Cell | null, { height, width }: Field, far = 10): Cell {
  const steps: Record<Move, [number, number]> = {
    left: [0, -1],
    right: [0, 1],
    up: [-1, 0],
    down: [1, 0],
    pageUp: [-far, 0],
    pageDown: [far, 0],
    first: [0, -Infinity],
    last: [0, Infinity],
  }
  const step = steps[move]
  if (!at) return { row: Math.floor(height / 2), column: Math.floor(width / 2) }
  const inside = (place: number, size: number) => Math.max(0, Math.min(size - 1, place))
  return { row: inside(at.row + step[0], height), column: inside(at.column + step[1], width) }
}

/**
 * How concentrated a field is: the share of the sum of all values in the largest cells, whose number is `share` of all
 * cells.
 */
export function concentration({ values }: Field, share: number): number {
  const sorted = values.filter((value) => value > 0).sort()
  const total = sorted.reduce((sum, value) => sum + value, 0)
  const most = sorted.subarray(Math.max(0, sorted.length - Math.round(share * values.length)))
  return total > 0 ? most.reduce((sum, value) => sum + value, 0) / total : 0
}

/** A position in words: "top left", "middle", "bottom right". */
export function placeWords({ row, column }: Cell, { height, width }: Field): string {
  const third = (place: number, size: number) => Math.min(2, Math.floor((3 * (place + 0.5)) / size))
  const down = ['top', 'middle', 'bottom'][third(row, height)] ?? ''
  const across = ['left', '', 'right'][third(column, width)] ?? ''
  return down === 'middle' && across !== '' ? `middle ${across}` : `${down} ${across}`.trim()
}
