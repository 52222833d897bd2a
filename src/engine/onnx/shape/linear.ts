import { intOf, stringOf } from '../graph.ts'
import { broadcastShape, unknown, valued, wrapAxis, type ShapeRule } from './known.ts'
import { axesOf } from './layout.ts'

export const matMul: ShapeRule = (_node, [a, b]) => {
  const type = a?.type ?? 'float32'
  if (!a?.shape || !b?.shape) return [unknown(type)]
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape
  const batch = broadcastShape([left.slice(0, -2), right.slice(0, -2)])
  if (!batch) return [unknown(type)]
  const rows = a.shape.length === 1 ? [] : [left.at(-2) ?? 1]
  const columns = b.shape.length === 1 ? [] : [right.at(-1) ?? 1]
  return [{ type, shape: [...batch, ...rows, ...columns] }]
}

export const gemm: ShapeRule = (node, [a, b]) => {
  const type = a?.type ?? 'float32'
  if (!a?.shape || !b?.shape) return [unknown(type)]
  const rows = a.shape[intOf(node, 'transA', 0) === 1 ? 1 : 0] ?? 1
  const columns = b.shape[intOf(node, 'transB', 0) === 1 ? 0 : 1] ?? 1
  return [{ type, shape: [rows, columns] }]
}

export const einsum: ShapeRule = (node, inputs) => {
  const type = inputs[0]?.type ?? 'float32'
  const [left = '', right] = stringOf(node, 'equation', '').replaceAll(' ', '').split('->')
  if (right === undefined || left.includes('.')) return [unknown(type)]
  const sizes = new Map<string, number>()
  for (const [index, term] of left.split(',').entries()) {
    const shape = inputs[index]?.shape
    if (!shape) return [unknown(type)]
    for (const [axis, letter] of [...term].entries()) sizes.set(letter, shape[axis] ?? 1)
  }
  return [{ type, shape: [...right].map((letter) => sizes.get(letter) ?? 1) }]
}

export const reduce: ShapeRule = (node, [input, axesInput]) => {
  if (!input?.shape) return [unknown(input?.type)]
  const { shape } = input
  const given = axesOf(node, axesInput)
  const skip = (!given || given.length === 0) && intOf(node, 'noop_with_empty_axes', 0) === 1
  if (skip) return [input]
  const axes =
    given && given.length > 0
      ? given.map((axis) => wrapAxis(axis, shape.length))
      : shape.map((_, axis) => axis)
  const keep = intOf(node, 'keepdims', 1) === 1
  const result = shape.flatMap((dim, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [dim]))
  const all = shape.length <= 1 ? input.value : undefined
  const value =
    all && node.op === 'ReduceProd'
      ? [all.reduce((a, b) => a * b, 1)]
      : all && node.op === 'ReduceSum'
        ? [all.reduce((a, b) => a + b, 0)]
        : all && node.op === 'ReduceMax'
          ? [Math.max(...all)]
          : undefined
  return [valued(input.type, result, value)]
}

export const argReduce: ShapeRule = (node, [input]) => {
  if (!input?.shape) return [unknown('int64')]
  const axis = wrapAxis(intOf(node, 'axis', 0), input.shape.length)
  const keep = intOf(node, 'keepdims', 1) === 1
  return [
    { type: 'int64', shape: input.shape.flatMap((dim, at) => (at === axis ? (keep ? [1] : []) : [dim])) },
  ]
}

export const topK: ShapeRule = (node, [input, count]) => {
  const k = count?.value?.[0] ?? intOf(node, 'k', NaN)
  if (!input?.shape || Number.isNaN(k)) return [unknown(input?.type), unknown('int64')]
  const shape = input.shape.with(wrapAxis(intOf(node, 'axis', -1), input.shape.length), k)
  return [
    { type: input.type, shape },
    { type: 'int64', shape },
  ]
}

/** LayerNormalization: the normalised tensor, then mean and inverse deviation with the normalised axes as 1. */
export const layerNormalization: ShapeRule = (node, [input]) => {
  const { shape } = input ?? unknown()
  if (!input || !shape) return node.outputs.map(() => unknown(input?.type))
  const axis = wrapAxis(intOf(node, 'axis', -1), shape.length)
  const reduced = shape.map((dim, at) => (at < axis ? dim : 1))
  return node.outputs.map((_, index) => ({ type: input.type, shape: index === 0 ? shape : reduced }))
}

/** BatchNormalization: the normalised tensor; in training mode also statistics with one value per channel. */
export const batchNormalization: ShapeRule = (node, [input]) =>
  node.outputs.map((_, index) => {
    if (index === 0 || !input?.shape) return { type: input?.type ?? 'float32', shape: input?.shape ?? null }
    return { type: input.type, shape: [input.shape[1] ?? 1] }
  })

/** MatMul whose operands may be transposed in their last two axes. */
export const fusedMatMul: ShapeRule = (node, inputs, graph) => {
  const operand = (index: number, flag: string) => {
    const one = inputs[index]
    const shape = one?.shape
    if (!one || !shape || intOf(node, flag, 0) === 0) return one
    return { ...one, shape: [...shape.slice(0, -2), shape.at(-1) ?? 1, shape.at(-2) ?? 1] }
  }
  return matMul(node, [operand(0, 'transA'), operand(1, 'transB')], graph)
}

/** The normalised tensor and the sum have the shape of the input. The shapes of the statistics are not inferred. */
export const skipLayerNormalization: ShapeRule = (node, [input]) =>
  node.outputs.map((_, index) =>
    input && index % 3 === 0 ? { type: input.type, shape: input.shape } : unknown(),
  )
