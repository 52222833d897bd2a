import { expect, it } from 'vitest'
import { differentiate, type Graph } from '#engine/onnx/index.ts'
import { int, ints, type GraphBuilder } from '#engine/onnx/rewrite/build.ts'
import { expectGradient, expectRuntimeAgrees, graphOf, noise } from './reference/check.ts'
import { evaluate } from './reference/evaluate.ts'

const constant = (build: GraphBuilder, shape: number[], seed: number) =>
  build.constant(
    [...noise(shape, seed).data].map((value) => value / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1))),
    'float32',
    shape,
  )

const conv = (b: GraphBuilder, x: string, weight: number[], stride: number, pad: number, group = 1) =>
  b.node('Conv', [x, constant(b, weight, weight.length + pad)], {
    strides: ints([stride, stride]),
    pads: ints([pad, pad, pad, pad]),
    group: int(group),
  })

/** A ResNet of one residual block that halves the size; its 16 channels fill a block of ONNX Runtime's layout. */
const residual = (group: number) =>
  graphOf([1, 3, 7, 5], (b) => {
    const stem = b.node('Relu', [conv(b, 'x', [16, 3, 3, 3], 2, 1)])
    const branch = conv(b, stem, [16, 16 / group, 3, 3], 2, 1, group)
    const sum = b.node('Add', [branch, conv(b, stem, [16, 16, 1, 1], 2, 0)])
    return b.node('GlobalAveragePool', [b.node('Relu', [sum])])
  })

it.each([1, 16])('the gradient of a strided residual block with %i groups', async (group) => {
  const graph = residual(group)
  expect(differentiate(graph).nodes.map(({ op }) => op)).not.toContain('ConvTranspose')
  expectGradient(graph, noise([1, 3, 7, 5]), { samples: 5 })
  await expectRuntimeAgrees(graph, noise([1, 3, 7, 5]))
})

it('keeps the mask of a ReLU exact from the smallest to the largest values of float32', async () => {
  const values = [0, -1, 2 ** -149, 2 ** -126, 1e-3, 3, 3e38, -3e38]
  const x = { shape: [1, 16, 1, 8], data: Float64Array.from({ length: 128 }, (_, i) => values[i % 8] ?? 0) }
  const graph = graphOf(x.shape, (b) => {
    const ones = b.constant(new Array<number>(16).fill(1), 'float32', [16, 1, 1, 1])
    return b.node('Relu', [b.node('Conv', ['x', ones], { group: int(16) })])
  })
  await expectRuntimeAgrees(graph, x)
})

it('uses no factor for a mask that float16 does not have', () => {
  const graph = graphOf([2, 3], (b) => b.node('Relu', ['x']))
  const half = { ...graph, inputs: graph.inputs.map((input) => ({ ...input, type: 'float16' as const })) }
  const operators = ({ nodes }: Graph) => nodes.map(({ op }) => op)
  expect(operators(differentiate(graph))).toContain('HardSigmoid')
  expect(operators(differentiate(half))).not.toContain('HardSigmoid')
})

it('multiplies the result of a convolution by a factor behind its mask before the mask', async () => {
  const graph = graphOf([1, 2, 3, 4], (b) => {
    const scaled = b.node('Mul', ['x', b.constant([2, -0.5], 'float32', [2, 1, 1])])
    return conv(b, b.node('Relu', [scaled]), [3, 2, 3, 3], 1, 1)
  })
  expectGradient(graph, noise([1, 2, 3, 4]))
  await expectRuntimeAgrees(graph, noise([1, 2, 3, 4]))
  const { nodes } = differentiate(graph)
  const of = (name = '') => nodes.find(({ outputs }) => outputs.includes(name))
  // From the end: the mask, the factor, the convolution.
  const masked = of(nodes.find(({ outputs }) => outputs.includes('gradient'))?.inputs[0])
  const factor = of(masked?.inputs[0])
  expect([masked?.op, factor?.op, of(factor?.inputs[0])?.op]).toEqual(['Mul', 'Mul', 'Conv'])
})

it('gives the gradient of a pool to the first of equal maxima, in the order of rows', async () => {
  const values = [
    [1, 3, 3, 0, 2],
    [3, 1, 2, 2, 2],
    [0, 3, 1, 2, 0],
    [1, 1, 1, 5, 5],
    [1, 1, 1, 5, 5],
  ]
  const x = { shape: [1, 1, 5, 5], data: Float64Array.from(values.flat()) }
  const graph = graphOf(x.shape, (b) =>
    b.node('MaxPool', ['x'], { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }),
  )
  const gradient = evaluate(differentiate(graph), {
    x,
    cotangent: { shape: [1, 1, 3, 3], data: Float64Array.from([1, 2, 4, 8, 16, 32, 64, 128, 256]) },
  }).get('gradient')
  // Each window by hand: the first of its largest values gets its cotangent.
  expect([...(gradient?.data ?? [])]).toEqual([
    0,
    1 + 2,
    0,
    0,
    4,
    8,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    64,
    0,
    0,
    16 + 32 + 128 + 256,
    0,
    0,
    0,
    0,
    0,
    0,
  ])
  await expectRuntimeAgrees(graph, x)
})
