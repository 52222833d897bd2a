import { intOf } from '../graph.ts'
import { elementTypeOf } from '../elementType.ts'
import {
  broadcastIndices,
  broadcastShape,
  largestValue,
  unknown,
  valued,
  type InferredTensor,
  type ShapeRule,
} from './known.ts'

const truth = (condition: boolean) => (condition ? 1 : 0)

const functions: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Mod: (a, b) => a - b * Math.floor(a / b),
  Min: Math.min,
  Max: Math.max,
  Equal: (a, b) => truth(a === b),
  Less: (a, b) => truth(a < b),
  LessOrEqual: (a, b) => truth(a <= b),
  Greater: (a, b) => truth(a > b),
  GreaterOrEqual: (a, b) => truth(a >= b),
  And: (a, b) => truth(a !== 0 && b !== 0),
  Or: (a, b) => truth(a !== 0 || b !== 0),
  Not: (a) => truth(a === 0),
  Neg: (a) => -a,
  Abs: Math.abs,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: (a) => Math.round(a),
  Sqrt: Math.sqrt,
  Reciprocal: (a) => 1 / a,
  Identity: (a) => a,
}

const boolean = new Set([
  'Equal',
  'Less',
  'LessOrEqual',
  'Greater',
  'GreaterOrEqual',
  'And',
  'Or',
  'Not',
  'IsNaN',
  'IsInf',
])
const integer = new Set(['int64', 'int32', 'uint64', 'uint32', 'uint8', 'int8', 'int16', 'uint16'])

/** The output has the broadcast shape of all inputs. */
export const elementwise: ShapeRule = (node, inputs) => {
  const given = inputs.filter((input): input is InferredTensor => input !== undefined)
  const first = given[0]
  if (!first) return [unknown()]
  const type = boolean.has(node.op) ? 'bool' : first.type
  const shape = broadcastShape(given.map((input) => input.shape))
  if (!shape) return [unknown(type)]
  const apply = functions[node.op]
  const whole = node.op === 'Div' && integer.has(type)
  const value = apply && combine(given, shape, whole ? (a, b) => Math.trunc(a / b) : apply)
  return [valued(type, shape, value)]
}

function combine(
  given: readonly InferredTensor[],
  shape: readonly number[],
  apply: (a: number, b: number) => number,
) {
  if (shape.reduce((a, b) => a * b, 1) > largestValue) return undefined
  const operands = given.map(({ value, shape: own }) =>
    value && own ? Array.from(broadcastIndices(own, shape), (index) => value[index] ?? NaN) : undefined,
  )
  const [first, ...rest] = operands
  if (!first || rest.some((operand) => !operand)) return undefined
  if (rest.length === 0) return first.map((a) => apply(a, 0))
  return rest.reduce<number[]>(
    (left, right) => left.map((a, index) => apply(a, right?.[index] ?? NaN)),
    first,
  )
}

/** The output has the shape and type of the first input. */
export const likeFirst: ShapeRule = (_node, [first]) => [
  first ? { type: first.type, shape: first.shape } : unknown(),
]

/** In inference the output is the first input. An optional mask has the same shape. */
export const dropout: ShapeRule = (node, [first]) =>
  node.outputs.map((_, index) => ({
    ...(first ?? unknown()),
    ...(index === 1 ? { type: 'bool' as const } : {}),
  }))

export const cast: ShapeRule = (node, [input]) => {
  const type = elementTypeOf(intOf(node, 'to', 1)) ?? 'other'
  if (!input?.shape) return [unknown(type)]
  const toWhole = integer.has(type)
  const value = input.value?.map((x) => (type === 'bool' ? truth(x !== 0) : toWhole ? Math.trunc(x) : x))
  return [valued(type, input.shape, value)]
}

export const where: ShapeRule = (_node, [condition, yes, no]) => {
  const type = yes?.type ?? 'float32'
  const shape = broadcastShape([condition?.shape, yes?.shape, no?.shape])
  if (!shape || !condition || !yes || !no) return [unknown(type)]
  const { value: test, shape: testShape } = condition
  if (!test || !testShape || !yes.value || !yes.shape || !no.value || !no.shape) return [{ type, shape }]
  const [yesValue, noValue] = [yes.value, no.value]
  const yesIndices = [...broadcastIndices(yes.shape, shape)]
  const noIndices = [...broadcastIndices(no.shape, shape)]
  const value = Array.from(broadcastIndices(testShape, shape), (index, at) =>
    test[index] ? (yesValue[yesIndices[at] ?? 0] ?? NaN) : (noValue[noIndices[at] ?? 0] ?? NaN),
  )
  return [valued(type, shape, value)]
}
