import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeWholeModel } from '#engine/onnx/file/whole.ts'
import type { Attribute, Graph, Node, Tensor } from '#engine/onnx/graph.ts'
import { encodeNumbers } from '#engine/onnx/numbers.ts'
import { float, int, ints } from '#engine/onnx/rewrite/build.ts'
import { quantisersApart } from '#engine/onnx/rewrite/quantisersApart.ts'
import type { ElementType } from '#engine/onnx/elementType.ts'
import { float32, numbers, ramp, run, temporaryFolder } from './support.ts'

const quantum = 0.02

const tensor = (
  name: string,
  type: ElementType,
  values: readonly number[],
  shape: readonly number[] = [],
): Tensor => ({
  ...{ name, type, shape },
  data: { kind: 'inline', bytes: encodeNumbers(values, type) },
})

/** Whole numbers from -100 to 100. */
const whole = (count: number) => Array.from({ length: count }, (_, at) => ((at * 37) % 201) - 100)
const bytes = (values: readonly number[]) => values.map((value) => value + 128)

const constants = [
  tensor('s', 'float32', [quantum]),
  tensor('z', 'uint8', [128]),
  // Sums of integers are scaled by the product of both.
  tensor('per channel', 'float32', [0.005, 0.01, 0.02], [3]),
  tensor('zeros', 'uint8', [128, 128, 128], [3]),
  tensor('kernels', 'uint8', bytes(whole(3 * 2 * 3 * 3)), [3, 2, 3, 3]),
  tensor('rows', 'uint8', bytes(whole(3 * 4)), [3, 4]),
  tensor('columns', 'uint8', bytes(whole(4 * 3)), [4, 3]),
  tensor('bias', 'int32', [500, -800, 100], [3]),
]
const quad = ['s', 'z']

interface Case {
  op: string
  inputs: readonly string[]
  attributes?: Record<string, Attribute>
  shape: readonly number[]
  domain?: string
  /** false: its result is real. */
  quantised?: boolean
}

const microsoft = 'com.microsoft'
const image = [2, 2, 5, 5]
const cases: Case[] = [
  {
    op: 'QLinearConv',
    inputs: ['x', ...quad, 'kernels', 'per channel', 'zeros', ...quad, 'bias'],
    ...{ attributes: { pads: ints([1, 1, 1, 1]) }, shape: image, domain: '' },
  },
  { op: 'QLinearMatMul', inputs: ['x', ...quad, 'columns', ...quad, ...quad], shape: [2, 4], domain: '' },
  {
    op: 'QGemm',
    inputs: ['x', ...quad, 'rows', 'per channel', 'zeros', 'bias', ...quad],
    ...{ attributes: { transB: int(1) }, shape: [2, 4] },
  },
  {
    op: 'QGemm',
    inputs: ['x', ...quad, 'rows', 'per channel', 'zeros', 'bias'],
    ...{ attributes: { transB: int(1) }, shape: [2, 4], quantised: false },
  },
  { op: 'QLinearAdd', inputs: ['x', ...quad, 'x', ...quad, ...quad], shape: image },
  { op: 'QLinearMul', inputs: ['x', ...quad, 'x', ...quad, ...quad], shape: image },
  {
    op: 'QLinearConcat',
    inputs: [...quad, 'x', ...quad, 'x', ...quad],
    ...{ attributes: { axis: int(1) }, shape: image },
  },
  { op: 'QLinearSigmoid', inputs: ['x', ...quad, ...quad], shape: image },
  {
    op: 'QLinearLeakyRelu',
    inputs: ['x', ...quad, ...quad],
    attributes: { alpha: float(0.2) },
    shape: image,
  },
  { op: 'QLinearGlobalAveragePool', inputs: ['x', ...quad, ...quad], shape: image },
  {
    op: 'QLinearAveragePool',
    inputs: ['x', ...quad, ...quad],
    ...{ attributes: { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }, shape: image },
  },
  {
    op: 'QLinearSoftmax',
    inputs: ['x', ...quad, ...quad],
    ...{ attributes: { axis: int(-1), opset: int(13) }, shape: [2, 4] },
  },
]

/** Quantises the input, applies the operator, and dequantises its result. */
function graphOf({ op, inputs, attributes = {}, shape, domain = microsoft, quantised = true }: Case): Graph {
  const used = new Set([...inputs, ...quad])
  const node = (name: string, given: readonly string[], output: string): Node => ({
    ...{ name, op: name, domain: '', inputs: given, outputs: [output], attributes: {} },
  })
  return {
    ...{ name: 'one', irVersion: 8 },
    opsets: new Map([
      ['', 17],
      [microsoft, 1],
    ]),
    inputs: [{ name: 'input', type: 'float32', shape }],
    outputs: [{ name: 'output', type: 'float32', shape: null }],
    nodes: [
      node('QuantizeLinear', ['input', ...quad], 'x'),
      { name: 'made', op, domain, inputs, outputs: [quantised ? 'y' : 'output'], attributes },
      ...(quantised ? [node('DequantizeLinear', ['y', ...quad], 'output')] : []),
    ],
    tensors: new Map(constants.filter(({ name }) => used.has(name)).map((one) => [one.name, one])),
  }
}

describe.each(cases)('$op', (given) => {
  it('has the result of ONNX Runtime with its quantisers apart, within one step', async () => {
    const graph = graphOf(given)
    const apart = quantisersApart(graph)
    expect(apart.nodes.map(({ op }) => op)).not.toContain(given.op)
    const folder = await temporaryFolder()
    const count = given.shape.reduce((product, size) => product * size, 1)
    const input = float32(ramp(count, 2654435761, 2), given.shape)
    const found: Float32Array[] = []
    for (const [at, one] of [graph, apart].entries()) {
      const path = join(folder, `${at}.onnx`)
      await writeWholeModel(one, path)
      found.push(numbers((await run(path, { input }))['output']))
    }
    const [plain = new Float32Array(), again = new Float32Array()] = found
    expect(again.length).toBe(plain.length)
    expect(Math.max(...plain) - Math.min(...plain)).toBeGreaterThan(3 * quantum)
    for (const [at, value] of plain.entries())
      expect(Math.abs(value - (again[at] ?? NaN))).toBeLessThan(1.01 * quantum)
  })
})
