import { KernelscopeError } from '#shared/errors.ts'
import { collected } from './bytes.ts'
import { intOf, intsOf, type Graph, type OnnxModel } from '../graph.ts'
import { decodeNumbers } from '../numbers.ts'
import { wrapAxis } from '../shape/known.ts'

/** A constant as float32, row-major in its shape. */
export interface Weights {
  shape: readonly number[]
  values: Float32Array
}

/**
 * Reads a constant as float32, from float32, float64, float16, bfloat16 or any integer type. The constant may be behind
 * `Identity`, `Transpose` or a `DequantizeLinear`, which exporters put before weights.
 *
 * @throws MODEL_UNSUPPORTED where `name` is not such a constant
 * @throws FILE_MISSING where the file can no longer be read
 * @throws FILE_CHANGED where the file has become shorter
 */
export async function readWeights(model: OnnxModel, name: string): Promise<Float32Array> {
  return (await readWeightsOf(model.graph, name, model.path)).values
}

/**
 * Reads a constant with its shape.
 *
 * @param path path of the model in messages
 * @throws the errors of `readWeights`
 */
export async function readWeightsOf(graph: Graph, name: string, path: string): Promise<Weights> {
  const refuse = (reason: string) => new KernelscopeError('MODEL_UNSUPPORTED', `${path}: ${name} ${reason}`)
  const tensor = graph.tensors.get(name)
  if (tensor) {
    const numbers = decodeNumbers(await collected(tensor), tensor.type)
    if (!numbers) throw refuse(`has the element type ${tensor.type}, which is not supported`)
    return {
      shape: tensor.shape,
      values: numbers instanceof Float32Array ? numbers : Float32Array.from(numbers),
    }
  }
  const node = graph.nodes.find(({ outputs }) => outputs.includes(name))
  const input = node?.inputs[0]
  if (!node || !input) throw refuse('is not a constant of the graph')
  if (node.op === 'Identity') return readWeightsOf(graph, input, path)
  if (node.op === 'Transpose') {
    const source = await readWeightsOf(graph, input, path)
    const order = intsOf(node, 'perm') ?? source.shape.map((_, axis) => source.shape.length - 1 - axis)
    return transposed(source, order)
  }
  if (node.op === 'DequantizeLinear') {
    if (intOf(node, 'block_size', 0) > 0) throw refuse('is quantised in blocks, which is not supported')
    const source = await readWeightsOf(graph, input, path)
    const scale = (await readWeightsOf(graph, node.inputs[1] ?? '', path)).values
    const zero = node.inputs[2] ? (await readWeightsOf(graph, node.inputs[2], path)).values : undefined
    return dequantised(source, scale, zero, wrapAxis(intOf(node, 'axis', 1), source.shape.length))
  }
  throw refuse(`is computed by ${node.op}, not a constant`)
}

/** (value - zero point) * scale, with one scale for all or one for each index of `axis`. */
function dequantised(
  { shape, values }: Weights,
  scale: Float32Array,
  zero: Float32Array | undefined,
  axis: number,
): Weights {
  const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  const at = (index: number) => (scale.length === 1 ? 0 : Math.floor(index / stride) % scale.length)
  return {
    shape,
    values: values.map((value, index) => (value - (zero?.[at(index)] ?? 0)) * (scale[at(index)] ?? 1)),
  }
}

function transposed({ shape, values }: Weights, order: readonly number[]): Weights {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const target = order.map((axis) => shape[axis] ?? 1)
  const steps = order.map((axis) => strides[axis] ?? 0)
  const result = new Float32Array(values.length)
  const at = target.map(() => 0)
  let source = 0
  for (let index = 0; index < result.length; index++) {
    result[index] = values[source] ?? 0
    for (let axis = target.length - 1; axis >= 0; axis--) {
      source += steps[axis] ?? 0
      at[axis] = (at[axis] ?? 0) + 1
      if ((at[axis] ?? 0) < (target[axis] ?? 0)) break
      source -= (steps[axis] ?? 0) * (target[axis] ?? 0)
      at[axis] = 0
    }
  }
  return { shape: target, values: result }
}
