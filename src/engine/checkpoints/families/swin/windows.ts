import { ints } from '../../../onnx/index.ts'
import { add, concat, cut, permute, reshape, type Net, type Value } from '../../build/index.ts'

/** [H,W,C] to windows [windows,side*side,C], row by row. */
export function split(net: Net, path: string, x: Value, side: number): Value {
  const [high = 0, wide = 0, channels = 0] = x.shape
  const [rows, columns] = [high / side, wide / side]
  const cells = reshape(net, path, x, [rows, side, columns, side, channels])
  const ordered = permute(net, path, cells, [0, 2, 1, 3, 4])
  return reshape(net, path, ordered, [rows * columns, side * side, channels])
}

/** The windows of `split` back in a map of [high, wide]. */
export function joinWindows(
  net: Net,
  path: string,
  x: Value,
  side: number,
  [high, wide]: readonly [number, number],
): Value {
  const channels = x.shape.at(-1) ?? 0
  const cells = reshape(net, path, x, [high / side, wide / side, side, side, channels])
  return reshape(net, path, permute(net, path, cells, [0, 2, 1, 3, 4]), [high, wide, channels])
}

/** Moves [H,W,C] up and left by `shift` places, below 0 down and right; what leaves comes in again at the other side. */
export function roll(net: Net, path: string, x: Value, shift: number): Value {
  return [0, 1].reduce((from, axis) => {
    const size = from.shape[axis] ?? 0
    const at = (shift + size) % size
    const parts = [cut(net, path, from, axis, at, size), cut(net, path, from, axis, 0, at)]
    return concat(net, path, parts, axis)
  }, x)
}

/** Row of the table of biases for each pair of places of a window, [T*T]. */
function relativePositions(side: number): number[] {
  const places = Array.from({ length: side * side }, (_, index) => index)
  const row = (index: number) => Math.floor(index / side)
  return places.flatMap((to) =>
    places.map((from) => {
      const [down, across] = [row(to) - row(from), (to % side) - (from % side)]
      return (down + side - 1) * (2 * side - 1) + across + side - 1
    }),
  )
}

/**
 * Adds `<path>.relative_position_bias_table` [(2 side - 1)^2,heads] to scores [windows,heads,T,T].
 *
 * @throws MODEL_UNSUPPORTED where the table is missing or does not fit
 */
export function positioned(net: Net, path: string, scores: Value, side: number): Value {
  const [heads = 0, tokens = 0] = scores.shape.slice(1)
  const tensor = `${path}.relative_position_bias_table`
  const table = net.weight(tensor)
  const wanted = [(2 * side - 1) ** 2, heads]
  if (table.shape.join() !== wanted.join()) throw net.misfit(tensor, wanted)
  const index = net.int64s(relativePositions(side))
  const picked = net.node(path, 'Gather', [table, index], [tokens * tokens, heads])
  const pairs = net.node(path, 'Reshape', [picked, net.int64s([tokens, tokens, heads])], [])
  const bias = net.node(path, 'Transpose', [pairs], [heads, tokens, tokens], { perm: ints([2, 0, 1]) })
  return add(net, path, scores, bias)
}

/** Part of a shifted map along one axis: before its last window, in it, or come in from the other side. */
const partOf = (at: number, size: number, side: number, shift: number) =>
  Number(at >= size - side) + Number(at >= size - shift)

/**
 * What is added to the scores of shifted windows, [windows,1,T,T]: -100 for places that were not neighbours before
 * the shift, else 0.
 */
export function maskOf(
  net: Net,
  [high, wide]: readonly [number, number],
  side: number,
  shift: number,
): Value {
  const places = Array.from({ length: side * side }, (_, index) => index)
  const windows = (high / side) * (wide / side)
  const values = Array.from({ length: windows }, (_, window) => {
    const [top, left] = [Math.floor(window / (wide / side)) * side, (window % (wide / side)) * side]
    return places.map((place) => {
      const down = partOf(top + Math.floor(place / side), high, side, shift)
      return 3 * down + partOf(left + (place % side), wide, side, shift)
    })
  }).flatMap((parts) => parts.flatMap((to) => parts.map((from) => (to === from ? 0 : -100))))
  const shape = [windows, 1, side * side, side * side]
  return { name: net.floats(values, shape), shape }
}
