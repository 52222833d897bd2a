import type { ElementType } from '../elementType.ts'
import type { Graph, Node } from '../graph.ts'

/** Type, shape and small value of a tensor, for inputs of one fixed size. */
export interface InferredTensor {
  type: ElementType | 'other'
  /** null where the shape depends on the data or on an operator without a rule. */
  shape: readonly number[] | null
  /** Elements in row-major order, for small constants and tensors computed from shapes. */
  value?: readonly number[]
}

/** Infers the outputs of a node. `inputs` has undefined for optional inputs that are left out. */
export type ShapeRule = (
  node: Node,
  inputs: readonly (InferredTensor | undefined)[],
  graph: Graph,
) => InferredTensor[]

/** Most elements of a value. Values in shape arithmetic are short. */
export const largestValue = 4096

export const unknown = (type: InferredTensor['type'] = 'float32'): InferredTensor => ({ type, shape: null })

/** A tensor with its value, if that is small. */
export function valued(
  type: InferredTensor['type'],
  shape: readonly number[],
  value: readonly number[] | undefined,
): InferredTensor {
  return value && value.length <= largestValue ? { type, shape, value } : { type, shape }
}

/** Broadcast shape by NumPy's rules; null where a shape is not known or the shapes cannot be broadcast. */
export function broadcastShape(shapes: readonly (readonly number[] | null | undefined)[]): number[] | null {
  const rank = Math.max(0, ...shapes.map((shape) => shape?.length ?? 0))
  const result = new Array<number>(rank).fill(1)
  for (const shape of shapes) {
    if (!shape) return null
    for (const [index, dim] of shape.entries()) {
      const axis = rank - shape.length + index
      const present = result[axis] ?? 1
      if (present === 1) result[axis] = dim
      else if (dim !== 1 && dim !== present) return null
    }
  }
  return result
}

/** For each element of `target` in row-major order: index of its element in `shape`, which is broadcast to `target`. */
export function* broadcastIndices(shape: readonly number[], target: readonly number[]): Generator<number> {
  const lead = target.length - shape.length
  const strides = target.map((_, axis) => {
    const own = axis - lead
    if (own < 0 || shape[own] === 1) return 0
    return shape.slice(own + 1).reduce((a, b) => a * b, 1)
  })
  const total = target.reduce((a, b) => a * b, 1)
  const at = target.map(() => 0)
  let index = 0
  for (let count = 0; count < total; count++) {
    yield index
    for (let axis = target.length - 1; axis >= 0; axis--) {
      at[axis] = (at[axis] ?? 0) + 1
      index += strides[axis] ?? 0
      if ((at[axis] ?? 0) < (target[axis] ?? 0)) break
      index -= (strides[axis] ?? 0) * (target[axis] ?? 0)
      at[axis] = 0
    }
  }
}

export const wrapAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)
