/**
 * How a weight of a graph is made from stored tensors. Values are float32, row-major in `shape`. A checkpoint often stores
 * what a graph wants; where it does not, an expression says the steps from one to the other.
 */
export type Expression =
  /** A tensor of the checkpoint, by its name there. */
  | { kind: 'stored'; name: string; shape: Shape }
  | { kind: 'reshaped'; of: Expression; shape: Shape }
  /** `order[i]` is the axis of `of` that becomes axis i. */
  | { kind: 'transposed'; of: Expression; order: readonly number[]; shape: Shape }
  /** Elements `from` to before `to` of an axis. */
  | { kind: 'sliced'; of: Expression; axis: number; from: number; to: number; shape: Shape }
  /** One after the other along an axis. */
  | { kind: 'joined'; of: readonly Expression[]; axis: number; shape: Shape }
  /** Zeros around the last two axes, `edge` on each side. */
  | { kind: 'padded'; of: Expression; edge: number; shape: Shape }
  /** Element by element; `by` has the shape of `of`, or only its first axis. */
  | { kind: 'combined'; operation: Operation; of: Expression; by: Expression; shape: Shape }
  /** 1 / sqrt(of + epsilon). */
  | { kind: 'inverseRoot'; of: Expression; epsilon: number; shape: Shape }
  /** Mean 0 and variance 1 (biased, plus epsilon) for each index of the first axis: weight standardisation. */
  | { kind: 'standardised'; of: Expression; epsilon: number; shape: Shape }

type Shape = readonly number[]
type Operation = 'add' | 'subtract' | 'multiply'

export const stored = (name: string, shape: Shape): Expression => ({ kind: 'stored', name, shape })

/** The same elements in another shape; `of` itself where it has that shape. */
export function reshaped(of: Expression, shape: Shape): Expression {
  if (count(of.shape) !== count(shape)) throw new RangeError(`[${of.shape.join()}] as [${shape.join()}]`)
  return of.shape.join() === shape.join() ? of : { kind: 'reshaped', of, shape }
}

export function transposed(of: Expression, order: readonly number[]): Expression {
  if (order.toSorted((a, b) => a - b).join() !== [...of.shape.keys()].join())
    throw new RangeError(`order ${order.join()} of [${of.shape.join()}]`)
  return { kind: 'transposed', of, order, shape: order.map((axis) => of.shape[axis] ?? 0) }
}

export function sliced(of: Expression, axis: number, from: number, to: number): Expression {
  const size = of.shape[axis] ?? 0
  if (from < 0 || to > size || from >= to) throw new RangeError(`${from} to ${to} of ${size}`)
  return { kind: 'sliced', of, axis, from, to, shape: of.shape.with(axis, to - from) }
}

export function joined(of: readonly Expression[], axis = 0): Expression {
  const [first, ...rest] = of
  if (!first) throw new RangeError('nothing to join')
  const others = (shape: Shape) => shape.with(axis, 0).join()
  const odd = rest.find((one) => others(one.shape) !== others(first.shape))
  if (odd) throw new RangeError(`[${odd.shape.join()}] after [${first.shape.join()}]`)
  const size = of.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0)
  return rest.length === 0 ? first : { kind: 'joined', of, axis, shape: first.shape.with(axis, size) }
}

export function padded(of: Expression, edge: number): Expression {
  const { length } = of.shape
  const shape = of.shape.map((size, axis) => (axis < length - 2 ? size : size + 2 * edge))
  return edge === 0 ? of : { kind: 'padded', of, edge, shape }
}

const combined =
  (operation: Operation) =>
  (of: Expression, by: Expression): Expression => {
    const same = by.shape.join() === of.shape.join()
    if (!same && !(by.shape.length === 1 && by.shape[0] === of.shape[0]))
      throw new RangeError(`[${of.shape.join()}] ${operation} [${by.shape.join()}]`)
    return { kind: 'combined', operation, of, by, shape: of.shape }
  }

export const sum = combined('add')
export const difference = combined('subtract')
export const product = combined('multiply')

export const inverseRoot = (of: Expression, epsilon: number): Expression => ({
  kind: 'inverseRoot',
  of,
  epsilon,
  shape: of.shape,
})

export const standardised = (of: Expression, epsilon: number): Expression => ({
  kind: 'standardised',
  of,
  epsilon,
  shape: of.shape,
})

/** Names of all stored tensors that an expression reads. */
export function storedNames(expression: Expression): string[] {
  switch (expression.kind) {
    case 'stored':
      return [expression.name]
    case 'joined':
      return expression.of.flatMap(storedNames)
    case 'combined':
      return [...storedNames(expression.of), ...storedNames(expression.by)]
    default:
      return storedNames(expression.of)
  }
}

/** The stored tensor whose elements, in their order, are those of the expression; null where elements move or change. */
export function unchanged(expression: Expression): string | null {
  if (expression.kind === 'stored') return expression.name
  return expression.kind === 'reshaped' ? unchanged(expression.of) : null
}

export const count = (shape: Shape): number => shape.reduce((product, size) => product * size, 1)
