/** A dense array of float64 numbers. Integers and booleans are numbers too. */
export interface Arr {
  shape: readonly number[]
  data: Float64Array
}

export const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
export const arr = (shape: readonly number[], data: ArrayLike<number>): Arr => ({
  shape,
  data: Float64Array.from(data),
})
export const wrap = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis)

/** All index tuples of a shape, in row-major order. */
export function* indices(shape: readonly number[]): Generator<number[]> {
  const total = count(shape)
  for (let flat = 0; flat < total; flat++) {
    const at: number[] = []
    let rest = flat
    for (const dim of shape.toReversed()) {
      at.unshift(rest % dim)
      rest = Math.floor(rest / dim)
    }
    yield at
  }
}

export const offset = (shape: readonly number[], at: readonly number[]) =>
  at.reduce((flat, index, axis) => flat * (shape[axis] ?? 1) + index, 0)

export const get = ({ shape, data }: Arr, at: readonly number[]) => data[offset(shape, at)] ?? NaN

/** An array with values by a function of the index. */
export function fill(shape: readonly number[], value: (at: number[]) => number): Arr {
  return { shape, data: Float64Array.from(indices(shape), value) }
}

export function broadcast(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map(({ length }) => length))
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)),
  )
}

/** Element of `a` at the index `at` of the shape that `a` is broadcast to. */
export function spread(a: Arr, at: readonly number[]): number {
  const lead = at.length - a.shape.length
  return get(
    a,
    a.shape.map((dim, axis) => (dim === 1 ? 0 : (at[axis + lead] ?? 0))),
  )
}

export const zip = (f: (...values: number[]) => number, ...arrays: Arr[]): Arr =>
  fill(broadcast(...arrays.map(({ shape }) => shape)), (at) => f(...arrays.map((a) => spread(a, at))))
