import { elementTypeOf } from '../elementType.ts'
import { elementCount, intOf, intsOf, type Node } from '../graph.ts'
import {
  broadcastShape,
  broadcastIndices,
  unknown,
  valued,
  wrapAxis,
  type InferredTensor,
  type ShapeRule,
} from './known.ts'
import { joinedAlong, permuted, takeAlong } from './values.ts'

const typeOf = (input: InferredTensor | undefined) => input?.type ?? 'float32'

export const shapeOf: ShapeRule = (node, [input]) => {
  if (!input?.shape) return [unknown('int64')]
  const rank = input.shape.length
  const dims = input.shape.slice(
    wrapAxis(intOf(node, 'start', 0), rank),
    'end' in node.attributes ? wrapAxis(intOf(node, 'end', rank), rank) : rank,
  )
  return [valued('int64', [dims.length], dims)]
}

export const size: ShapeRule = (_node, [input]) => [
  input?.shape ? valued('int64', [], [elementCount(input.shape)]) : unknown('int64'),
]

export const constantOfShape: ShapeRule = (node, [input]) => {
  const attribute = node.attributes.value
  const tensor = attribute?.kind === 'opaque' ? attribute.proto.t : undefined
  const type = (tensor && elementTypeOf(tensor.dataType)) ?? 'float32'
  const shape = input?.value
  if (!shape) return [unknown(type)]
  const count = elementCount(shape)
  const fill = tensor && (tensor.int64Data.length > 0 || type === 'int64') ? int64Of(tensor) : undefined
  return [
    valued(type, shape, fill !== undefined && count <= 64 ? new Array<number>(count).fill(fill) : undefined),
  ]
}

function int64Of({ int64Data, rawData }: { int64Data: bigint[]; rawData: Uint8Array }): number | undefined {
  if (int64Data[0] !== undefined) return Number(int64Data[0])
  if (rawData.length < 8) return undefined
  return Number(new DataView(rawData.buffer, rawData.byteOffset).getBigInt64(0, true))
}

export const range: ShapeRule = (_node, [start, limit, delta]) => {
  const [from, to, step] = [start?.value?.[0], limit?.value?.[0], delta?.value?.[0]]
  if (from === undefined || to === undefined || !step) return [unknown(typeOf(start))]
  const count = Math.max(0, Math.ceil((to - from) / step))
  return [
    valued(
      typeOf(start),
      [count],
      count <= 4096 ? Array.from({ length: count }, (_, i) => from + i * step) : undefined,
    ),
  ]
}

export const reshape: ShapeRule = (node, [input, target]) => {
  const wanted = target?.value ?? intsOf(node, 'shape')
  if (!input?.shape || !wanted) return [unknown(typeOf(input))]
  const source = input.shape
  const keepsZero = intOf(node, 'allowzero', 0) === 1
  const dims = wanted.map((dim, axis) => (dim === 0 && !keepsZero ? (source[axis] ?? 0) : dim))
  const known = dims.filter((dim) => dim !== -1).reduce((a, b) => a * b, 1)
  const shape = dims.map((dim) => (dim === -1 ? elementCount(source) / known : dim))
  return [valued(input.type, shape, input.value)]
}

export const flatten: ShapeRule = (node, [input]) => {
  if (!input?.shape) return [unknown(typeOf(input))]
  const axis = wrapAxis(intOf(node, 'axis', 1), input.shape.length)
  return [
    valued(
      input.type,
      [elementCount(input.shape.slice(0, axis)), elementCount(input.shape.slice(axis))],
      input.value,
    ),
  ]
}

/** Axes of a node: an attribute up to opset 12, an input in newer ones. */
export function axesOf(node: Node, input: InferredTensor | undefined): readonly number[] | undefined {
  return input?.value ?? intsOf(node, 'axes')
}

export const squeeze: ShapeRule = (node, [input, axesInput]) => {
  if (!input?.shape) return [unknown(typeOf(input))]
  const { shape } = input
  const axes = axesOf(node, axesInput)?.map((axis) => wrapAxis(axis, shape.length))
  const kept = shape.filter((dim, axis) => (axes ? !axes.includes(axis) : dim !== 1))
  return [valued(input.type, kept, input.value)]
}

export const unsqueeze: ShapeRule = (node, [input, axesInput]) => {
  const axes = axesOf(node, axesInput)
  if (!input?.shape || !axes) return [unknown(typeOf(input))]
  const rank = input.shape.length + axes.length
  const inserted = new Set(axes.map((axis) => wrapAxis(axis, rank)))
  const rest = [...input.shape]
  const shape = Array.from({ length: rank }, (_, axis) => (inserted.has(axis) ? 1 : (rest.shift() ?? 1)))
  return [valued(input.type, shape, input.value)]
}

export const transpose: ShapeRule = (node, [input]) => {
  if (!input?.shape) return [unknown(typeOf(input))]
  const { shape } = input
  const order = intsOf(node, 'perm') ?? shape.map((_, axis) => shape.length - 1 - axis)
  const result = order.map((axis) => shape[axis] ?? 1)
  return [valued(input.type, result, input.value && permuted(input.value, shape, order))]
}

export const concat: ShapeRule = (node, inputs) => {
  const type = typeOf(inputs[0])
  const shapes = inputs.map((input) => input?.shape)
  const first = shapes[0]
  if (!first || shapes.some((shape) => !shape)) return [unknown(type)]
  const axis = wrapAxis(intOf(node, 'axis', 0), first.length)
  const shape = first.map((dim, at) =>
    at === axis ? shapes.reduce((sum, one) => sum + (one?.[axis] ?? 0), 0) : dim,
  )
  const parts = inputs.flatMap((input) =>
    input?.value && input.shape ? [{ value: input.value, shape: input.shape }] : [],
  )
  return [valued(type, shape, parts.length === inputs.length ? joinedAlong(parts, axis) : undefined)]
}

export const split: ShapeRule = (node, [input, sizesInput]) => {
  const count = node.outputs.length
  if (!input?.shape) return node.outputs.map(() => unknown(typeOf(input)))
  const { shape, type } = input
  const axis = wrapAxis(intOf(node, 'axis', 0), shape.length)
  const whole = shape[axis] ?? 0
  const each = Math.ceil(whole / count)
  const sizes =
    sizesInput?.value ??
    intsOf(node, 'split') ??
    node.outputs.map((_, index) => Math.min(each, whole - index * each))
  let from = 0
  return sizes.map((length) => {
    const places = Array.from({ length }, (_, index) => from + index)
    const value = input.value && takeAlong(input.value, shape, axis, places)
    from += length
    return valued(type, shape.with(axis, length), value)
  })
}

export const gather: ShapeRule = (node, [data, indices]) => {
  if (!data?.shape || !indices?.shape) return [unknown(typeOf(data))]
  const axis = wrapAxis(intOf(node, 'axis', 0), data.shape.length)
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)]
  const length = data.shape[axis] ?? 0
  const places = indices.value?.map((index) => wrapAxis(index, length))
  const picked = data.value && places && takeAlong(data.value, data.shape, axis, places)
  return [valued(data.type, shape, picked)]
}

export const expand: ShapeRule = (_node, [input, target]) => {
  const shape = input?.shape && target?.value ? broadcastShape([input.shape, target.value]) : null
  if (!input?.shape || !shape) return [unknown(typeOf(input))]
  const { value, type } = input
  const spread =
    value && elementCount(shape) <= 4096
      ? Array.from(broadcastIndices(input.shape, shape), (index) => value[index] ?? NaN)
      : undefined
  return [valued(type, shape, spread)]
}

export const tile: ShapeRule = (_node, [input, repeats]) => [
  input?.shape && repeats?.value
    ? { type: input.type, shape: input.shape.map((dim, axis) => dim * (repeats.value?.[axis] ?? 1)) }
    : unknown(typeOf(input)),
]

export const slice: ShapeRule = (node, [input, startsInput, endsInput, axesInput, stepsInput]) => {
  const starts = startsInput?.value ?? intsOf(node, 'starts')
  const ends = endsInput?.value ?? intsOf(node, 'ends')
  if (!input?.shape || !starts || !ends) return [unknown(typeOf(input))]
  const { shape, type } = input
  const axes = axesInput?.value ?? intsOf(node, 'axes') ?? starts.map((_, index) => index)
  const result = [...shape]
  let value = input.value
  for (const [index, axisGiven] of axes.entries()) {
    const axis = wrapAxis(axisGiven, shape.length)
    const places = slicePlaces(
      shape[axis] ?? 0,
      starts[index] ?? 0,
      ends[index] ?? 0,
      stepsInput?.value?.[index] ?? 1,
    )
    const before = [...result]
    result[axis] = places.length
    value = value && takeAlong(value, before, axis, places)
  }
  return [valued(type, result, value)]
}

/** Indices of a slice along an axis of `length`. Negative and too large bounds are clamped as in ONNX. */
export function slicePlaces(length: number, start: number, end: number, step: number): number[] {
  const clamp = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + length : at, low), high)
  const from = step > 0 ? clamp(start, 0, length) : clamp(start, 0, length - 1)
  const to = step > 0 ? clamp(end, 0, length) : clamp(end, -1, length - 1)
  const count = Math.max(0, Math.ceil((to - from) / step))
  return Array.from({ length: count }, (_, index) => from + index * step)
}

export const pad: ShapeRule = (node, [input, padsInput, , axesInput]) => {
  const pads = padsInput?.value ?? intsOf(node, 'pads')
  if (!input?.shape || !pads) return [unknown(typeOf(input))]
  const { shape } = input
  const axes = axesInput?.value?.map((axis) => wrapAxis(axis, shape.length)) ?? shape.map((_, axis) => axis)
  const result = [...shape]
  for (const [index, axis] of axes.entries())
    result[axis] = (shape[axis] ?? 0) + (pads[index] ?? 0) + (pads[index + axes.length] ?? 0)
  return [{ type: input.type, shape: result }]
}
