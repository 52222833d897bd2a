import { stringOf } from '../../graph.ts'
import { int, ints } from '../../rewrite/build.ts'
import { slicePlaces } from '../../shape/layout.ts'
import { wrapAxis } from '../../shape/known.ts'
import { refusal, type Context, type Cotangent, type GradientRule, type CotangentSlice } from '../context.ts'
import { axisOf } from './layout.ts'

/** The slice of `dy` from `start` to `end` along one axis. */
function cut(c: Context, dy: string, axis: number, start: number, end: number): string {
  return c.build.node('Slice', [dy, ...[start, end, axis].map((value) => c.build.int64s([value]))])
}

export const concat: GradientRule = ({ node, dy, wants, c }) => {
  const rank = c.shape(node.outputs[0] ?? '', node).length
  const axis = axisOf(node, rank, 0)
  let start = 0
  return node.inputs.map((name, index) => {
    const from = start
    start += c.fixed(name, axis, node)
    return wants(index) ? cut(c, dy, axis, from, start) : undefined
  })
}

export const split: GradientRule = ({ node, dys, c }) => {
  const x = node.inputs[0] ?? ''
  const rank = c.shape(x, node).length
  const axis = axisOf(node, rank, 0)
  const size = c.fixed(x, axis, node)
  let start = 0
  const pieces: CotangentSlice[] = []
  for (const [index, output] of node.outputs.entries()) {
    const length = c.fixed(output, axis, node)
    const value = dys[index]
    if (value !== undefined) pieces.push({ value, axis, start, length, size })
    start += length
  }
  const [only] = pieces
  if (pieces.length === 1 && only) return [only]
  const whole = pieces.length === node.outputs.length
  if (whole)
    return [
      c.build.node(
        'Concat',
        pieces.map(({ value }) => value),
        { axis: int(axis) },
      ),
    ]
  return [pieces.map((piece) => c.padded(piece, rank)).reduce((sum, next) => c.add(sum, next))]
}

/** Pads with zeros, also between the elements for steps other than 1. For a negative step it reverses the axis first. */
export const slice: GradientRule = ({ node, dy, c }) => {
  const [x = '', startsInput, endsInput, axesInput, stepsInput] = node.inputs
  const shape = c.shape(x, node)
  const [starts, ends] = [c.value(startsInput), c.value(endsInput)]
  if (!starts || !ends) throw refusal(node, 'its bounds are not constant')
  const axes = c.value(axesInput) ?? starts.map((_, index) => index)
  const cuts = axes.flatMap((given, index) => {
    const axis = wrapAxis(given, shape.length)
    const step = c.value(stepsInput)?.[index] ?? 1
    const size = shape[axis] ?? 0
    const places = slicePlaces(size, starts[index] ?? 0, ends[index] ?? 0, step)
    const whole = places.length === size && step === 1
    return whole ? [] : [{ axis, step, places, size: c.fixed(x, axis, node) }]
  })
  let value = dy
  for (const [index, { axis, step, places, size }] of cuts.toReversed().entries()) {
    const ascending = step < 0 ? reversed(c, value, axis) : value
    const start = Math.min(...places)
    const dense =
      Math.abs(step) === 1 ? ascending : interleaved(c, ascending, axis, Math.abs(step), shape.length)
    const length = (places.length - 1) * Math.abs(step) + 1
    const piece: CotangentSlice = { value: dense, axis, start, length, size }
    if (index === cuts.length - 1) return [piece]
    value = c.padded(piece, shape.length)
  }
  return [value]
}

function reversed(c: Context, x: string, axis: number): string {
  const lists = [-1, -(2 ** 31) + 1, axis, -1].map((value) => c.build.int64s([value]))
  return c.build.node('Slice', [x, ...lists])
}

/** Inserts step - 1 zeros between the elements of one axis, so that n elements become (n-1) step + 1. */
function interleaved(c: Context, x: string, axis: number, step: number, rank: number): string {
  const finer = c.build.node('Unsqueeze', [x, c.build.int64s([axis + 1])])
  const after = Array.from({ length: rank + 1 }, (_, at) => (at === axis + 1 ? step - 1 : 0))
  const spaced = c.build.node('Pad', [finer, c.build.int64s([...after.map(() => 0), ...after]), c.scalar(0)])
  const shape = c.build.node('Shape', [x])
  const factors = Array.from({ length: rank }, (_, at) => (at === axis ? step : 1))
  const flat = c.build.node('Reshape', [spaced, c.build.node('Mul', [shape, c.build.int64s(factors)])])
  return cut(c, flat, axis, 0, -(step - 1))
}

/** For constant indices. The cotangent of one index is a slice; those of several are added at their indices. */
export const gather: GradientRule = ({ node, dy, c }) => {
  const [x = '', indicesInput = ''] = node.inputs
  const shape = c.shape(x, node)
  const axis = axisOf(node, shape.length, 0)
  const indices = c.value(indicesInput)
  const indexShape = c.shape(indicesInput, node)
  if (!indices) throw refusal(node, 'its indices are not constant, or there are too many')
  const size = c.fixed(x, axis, node)
  const places = indices.map((index) => wrapAxis(index, size))
  const [only] = places
  if (places.length === 1 && only !== undefined) {
    const value = indexShape.length === 1 ? dy : c.build.node('Unsqueeze', [dy, c.build.int64s([axis])])
    return [{ value, axis, start: only, length: 1, size } satisfies Cotangent]
  }
  if (indexShape.length !== 1) throw refusal(node, 'its indices have several axes')
  return [gathered(c, dy, axis, places, size, shape.length)]
}

/** Multiplies the gathered axis by a 0/1 matrix [indices, size]. */
function gathered(
  c: Context,
  dy: string,
  axis: number,
  places: readonly number[],
  size: number,
  rank: number,
): string {
  const matrix = places.flatMap((place) => Array.from({ length: size }, (_, at) => (at === place ? 1 : 0)))
  const order = Array.from({ length: rank }, (_, at) => at)
  const last = [...order.filter((at) => at !== axis), axis]
  const moved = axis === rank - 1 ? dy : c.build.node('Transpose', [dy], { perm: ints(last) })
  const product = c.build.node('MatMul', [moved, c.floats(matrix, [places.length, size])])
  const back = order.map((at) => last.indexOf(at))
  return axis === rank - 1 ? product : c.build.node('Transpose', [product], { perm: ints(back) })
}

/** Cuts off constant padding. Other modes are not supported. */
export const pad: GradientRule = ({ node, dy, c }) => {
  const [x = '', padsInput, , axesInput] = node.inputs
  const mode = stringOf(node, 'mode', 'constant')
  const pads = c.value(padsInput)
  if (!pads) throw refusal(node, 'its pads are not constant')
  if (pads.every((amount) => amount === 0)) return [dy]
  if (mode !== 'constant') throw refusal(node, `padding of mode ${mode} is not supported`)
  const rank = c.shape(x, node).length
  const axes =
    c.value(axesInput)?.map((axis) => wrapAxis(axis, rank)) ?? Array.from({ length: rank }, (_, axis) => axis)
  const ends = axes.map((axis, index) => ({
    axis,
    begin: pads[index] ?? 0,
    end: pads[index + axes.length] ?? 0,
  }))
  return [
    unpadded(
      c,
      dy,
      ends.filter(({ begin, end }) => begin !== 0 || end !== 0),
      rank,
    ),
  ]
}

/** Reverses a padding by a Pad with negated amounts: it cuts what was added and fills what was cut. */
function unpadded(
  c: Context,
  dy: string,
  ends: { axis: number; begin: number; end: number }[],
  rank: number,
): string {
  const amounts = new Array<number>(2 * rank).fill(0)
  for (const { axis, begin, end } of ends) {
    amounts[axis] = -begin
    amounts[axis + rank] = -end
  }
  return c.build.node('Pad', [dy, c.build.int64s(amounts), c.scalar(0)])
}
