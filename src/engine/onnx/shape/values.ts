import { elementCount } from '../graph.ts'

/** Takes the elements at some indices along one axis. Values are row-major. */
export function takeAlong(
  value: readonly number[],
  shape: readonly number[],
  axis: number,
  places: readonly number[],
): number[] {
  const inner = elementCount(shape.slice(axis + 1))
  const length = shape[axis] ?? 1
  const outer = elementCount(shape.slice(0, axis))
  const result: number[] = []
  for (let block = 0; block < outer; block++)
    for (const place of places) {
      const from = (block * length + place) * inner
      result.push(...value.slice(from, from + inner))
    }
  return result
}

/** Permutes the axes of row-major values, like ONNX's Transpose. */
export function permuted(
  value: readonly number[],
  shape: readonly number[],
  order: readonly number[],
): number[] {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)))
  let offsets = [0]
  for (const axis of order)
    offsets = offsets.flatMap((from) =>
      Array.from({ length: shape[axis] ?? 1 }, (_, at) => from + at * (strides[axis] ?? 1)),
    )
  return offsets.map((offset) => value[offset] ?? NaN)
}

/** Joins row-major values of several tensors along one axis. */
export function joinedAlong(
  parts: readonly { value: readonly number[]; shape: readonly number[] }[],
  axis: number,
): number[] {
  const outer = elementCount(parts[0]?.shape.slice(0, axis) ?? [])
  const result: number[] = []
  for (let block = 0; block < outer; block++)
    for (const { value, shape } of parts) {
      const length = elementCount(shape.slice(axis))
      result.push(...value.slice(block * length, (block + 1) * length))
    }
  return result
}
