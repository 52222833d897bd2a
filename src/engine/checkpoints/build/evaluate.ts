import { count, type Expression } from './expression.ts'

/** Gives the elements of a stored tensor as float32, row-major in its shape, in an array of its own that may be changed. */
export type ReadStored = (name: string) => Promise<Float32Array>

/**
 * Computes the elements of an expression, row-major in its shape. Each tensor that it reads is whole in memory while it is
 * worked on, so ask for one expression at a time. Only steps that move elements need a second array.
 */
export async function evaluate(expression: Expression, read: ReadStored): Promise<Float32Array> {
  switch (expression.kind) {
    case 'stored':
      return read(expression.name)
    case 'reshaped':
      return evaluate(expression.of, read)
    case 'transposed':
      return transpose(await evaluate(expression.of, read), expression.of.shape, expression.order)
    case 'sliced':
      return slice(await evaluate(expression.of, read), expression)
    case 'joined': {
      const parts: Part[] = []
      for (const part of expression.of) parts.push({ values: await evaluate(part, read), shape: part.shape })
      return join(parts, expression.axis)
    }
    case 'padded':
      return pad(await evaluate(expression.of, read), expression.of.shape, expression.edge)
    case 'combined': {
      const values = await evaluate(expression.of, read)
      const by = await evaluate(expression.by, read)
      return combine(values, by, expression.operation)
    }
    case 'inverseRoot': {
      const values = await evaluate(expression.of, read)
      for (const [index, value] of values.entries()) values[index] = 1 / Math.sqrt(value + expression.epsilon)
      return values
    }
    case 'standardised':
      return standardise(await evaluate(expression.of, read), expression.shape[0] ?? 1, expression.epsilon)
  }
}

interface Part {
  values: Float32Array
  shape: readonly number[]
}

/** Side of the squares in which a matrix is turned, so that rows and columns of one stay in the processor's cache. */
const square = 32

function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length)
  for (let top = 0; top < rows; top += square)
    for (let left = 0; left < columns; left += square)
      for (let row = top; row < Math.min(top + square, rows); row++)
        for (let column = left; column < Math.min(left + square, columns); column++)
          result[column * rows + row] = values[row * columns + column] ?? 0
  return result
}

function transpose(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  if (order.join() === '1,0') return turned(values, shape[0] ?? 1, shape[1] ?? 1)
  const strides = shape.map((_, axis) => count(shape.slice(axis + 1)))
  const sizes = order.map((axis) => shape[axis] ?? 1)
  const steps = order.map((axis) => strides[axis] ?? 0)
  const result = new Float32Array(values.length)
  const last = sizes.length - 1
  const [inner = 1, step = 0] = [sizes[last], steps[last]]
  const at = sizes.map(() => 0)
  let source = 0
  for (let row = 0; row < result.length; row += inner) {
    for (let index = 0; index < inner; index++) result[row + index] = values[source + index * step] ?? 0
    for (let axis = last - 1; axis >= 0; axis--) {
      source += steps[axis] ?? 0
      at[axis] = (at[axis] ?? 0) + 1
      if ((at[axis] ?? 0) < (sizes[axis] ?? 0)) break
      source -= (steps[axis] ?? 0) * (sizes[axis] ?? 0)
      at[axis] = 0
    }
  }
  return result
}

function slice(
  values: Float32Array,
  { of, axis, from, to }: Extract<Expression, { kind: 'sliced' }>,
): Float32Array {
  const inner = count(of.shape.slice(axis + 1))
  const row = inner * (of.shape[axis] ?? 1)
  const width = (to - from) * inner
  const result = new Float32Array((values.length / row) * width)
  for (let start = 0, target = 0; start < values.length; start += row, target += width)
    result.set(values.subarray(start + from * inner, start + to * inner), target)
  return result
}

function join(parts: readonly Part[], axis: number): Float32Array {
  const result = new Float32Array(parts.reduce((sum, { values }) => sum + values.length, 0))
  const rows = count(parts[0]?.shape.slice(0, axis) ?? [])
  let target = 0
  for (let row = 0; row < rows; row++)
    for (const { values } of parts) {
      const width = values.length / rows
      result.set(values.subarray(row * width, (row + 1) * width), target)
      target += width
    }
  return result
}

function pad(values: Float32Array, shape: readonly number[], edge: number): Float32Array {
  const [height = 1, width = 1] = shape.slice(-2)
  const wide = width + 2 * edge
  const planes = values.length / (height * width)
  const result = new Float32Array(planes * (height + 2 * edge) * wide)
  for (let row = 0; row < planes * height; row++) {
    const plane = Math.floor(row / height)
    const line = plane * (height + 2 * edge) + (row % height) + edge
    result.set(values.subarray(row * width, (row + 1) * width), line * wide + edge)
  }
  return result
}

const operations = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
}

function combine(values: Float32Array, by: Float32Array, operation: keyof typeof operations): Float32Array {
  const apply = operations[operation]
  const each = values.length / by.length
  for (let index = 0; index < values.length; index++)
    values[index] = apply(values[index] ?? 0, by[Math.floor(index / each)] ?? 0)
  return values
}

/** Sums are kept in float64: a row of a wide network has tens of thousands of elements. */
function standardise(values: Float32Array, rows: number, epsilon: number): Float32Array {
  const width = values.length / rows
  for (let row = 0; row < rows; row++) {
    const part = values.subarray(row * width, (row + 1) * width)
    const mean = part.reduce((sum, value) => sum + value, 0) / width
    const variance = part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width
    const factor = 1 / Math.sqrt(variance + epsilon)
    for (let index = 0; index < width; index++) part[index] = ((part[index] ?? 0) - mean) * factor
  }
  return values
}
