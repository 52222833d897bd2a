import { int, ints } from '../../onnx/index.ts'
import type { Net, Value } from './net.ts'

/** Another order of the axes of one image, which are counted from 0. */
export function permute(net: Net, path: string, x: Value, order: readonly number[]): Value {
  const shape = order.map((axis) => x.shape[axis] ?? 0)
  return net.node(path, 'Transpose', [x], shape, { perm: ints([0, ...order.map((axis) => axis + 1)]) })
}

/** The same elements of one image in another shape. */
export function reshape(net: Net, path: string, x: Value, shape: readonly number[]): Value {
  return net.node(path, 'Reshape', [x, net.int64s([0, ...shape])], shape)
}

/** The part at an index of an axis of one image; the axis goes away. */
export function pick(net: Net, path: string, x: Value, axis: number, index: number): Value {
  const shape = x.shape.toSpliced(axis, 1)
  return net.node(path, 'Gather', [x, net.int64(index)], shape, { axis: int(axis + 1) })
}

/** The parts `from` to before `to` of an axis of one image. */
export function cut(net: Net, path: string, x: Value, axis: number, from: number, to: number): Value {
  const ends = [[from], [to], [axis + 1]].map((one) => net.int64s(one))
  return net.node(path, 'Slice', [x, ...ends], x.shape.with(axis, to - from))
}

/** Values one after the other along an axis of one image. */
export function concat(net: Net, path: string, parts: readonly Value[], axis: number): Value {
  const size = parts.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0)
  const shape = parts[0]?.shape.with(axis, size) ?? []
  return net.node(path, 'Concat', parts, shape, { axis: int(axis + 1) })
}

/** Mean over an axis of one image; the axis goes away. */
export function meanOver(net: Net, path: string, x: Value, axis: number): Value {
  const attributes = { axes: ints([axis + 1]), keepdims: int(0) }
  return net.node(path, 'ReduceMean', [x], x.shape.toSpliced(axis, 1), attributes)
}

const larger = (a: Value, b: Value) => (a.shape.length >= b.shape.length ? a.shape : b.shape)

/** a + b, where the smaller is repeated. */
export const add = (net: Net, path: string, a: Value, b: Value): Value =>
  net.node(path, 'Add', [a, b], larger(a, b))

/** a times b, where the smaller is repeated. */
export const multiply = (net: Net, path: string, a: Value, b: Value): Value =>
  net.node(path, 'Mul', [a, b], larger(a, b))
