import { describe, expect, it } from 'vitest'
import { differentiate } from '#engine/onnx/index.ts'
import { gradientRules } from '#engine/onnx/differentiate/rules.ts'
import type { Attribute } from '#engine/onnx/graph.ts'
import { float, int, ints, string, type GraphBuilder } from '#engine/onnx/rewrite/build.ts'
import { count, type Arr } from './reference/array.ts'
import { expectGradient, expectRuntimeAgrees, graphOf, noise, positive } from './reference/check.ts'

interface Case {
  what: string
  op: string
  shape: number[]
  x?: Arr
  make: (build: GraphBuilder) => string
}

const constant = (build: GraphBuilder, shape: number[], seed = 2) =>
  build.constant([...noise(shape, seed).data], 'float32', shape)
const unary = (op: string, attributes: Record<string, Attribute> = {}, x?: Arr): Case => ({
  what: `${op} ${Object.keys(attributes).join()}`.trim(),
  op,
  shape: x ? [...x.shape] : [2, 3, 4],
  ...(x ? { x } : {}),
  make: (build) => build.node(op, ['x'], attributes),
})
const made = (what: string, op: string, shape: number[], make: Case['make'], x?: Arr): Case => ({
  what,
  op,
  shape,
  make,
  ...(x ? { x } : {}),
})
const vector = (build: GraphBuilder, length: number, seed: number) => constant(build, [length], seed)
const image = [2, 4, 6, 5]

const cases: Case[] = [
  unary('Abs'),
  unary('Neg'),
  unary('Exp'),
  unary('Erf'),
  unary('Tanh'),
  unary('Sigmoid'),
  unary('Softplus'),
  unary('Sin'),
  unary('Cos'),
  unary('Reciprocal'),
  unary('Identity'),
  unary('Relu'),
  unary('Elu'),
  unary('Gelu'),
  unary('LeakyRelu', { alpha: float(0.2) }),
  unary('Elu', { alpha: float(0.7) }),
  unary('HardSwish'),
  unary('HardSigmoid'),
  unary('HardSigmoid', { alpha: float(0.3), beta: float(0.4) }),
  unary('Gelu', { approximate: string('tanh') }),
  unary('Log', {}, positive([2, 3, 4])),
  unary('Sqrt', {}, positive([2, 3, 4])),
  unary('Softmax'),
  unary('Softmax', { axis: int(1) }),
  unary('LogSoftmax'),
  unary('LogSoftmax', { axis: int(0) }),
  unary('Flatten'),
  unary('Flatten', { axis: int(2) }),
  unary('Transpose'),
  unary('Transpose', { perm: ints([1, 2, 0]) }),
  unary('Dropout'),
  unary('GlobalAveragePool', {}, noise(image)),
  unary('GlobalMaxPool', {}, noise(image)),
  unary('DepthToSpace', { blocksize: int(2) }, noise([2, 8, 2, 3])),
  unary('SpaceToDepth', { blocksize: int(2) }, noise([2, 2, 4, 6])),
  made('x + b', 'Add', [2, 3, 4], (b) => b.node('Add', ['x', constant(b, [3, 1])])),
  made('b + x, x broadcast', 'Add', [3, 1], (b) => b.node('Add', [constant(b, [2, 3, 4]), 'x'])),
  made('x - b', 'Sub', [2, 3, 4], (b) => b.node('Sub', ['x', constant(b, [4])])),
  made('b - x', 'Sub', [4], (b) => b.node('Sub', [constant(b, [2, 3, 4]), 'x'])),
  made('x b', 'Mul', [2, 3, 4], (b) => b.node('Mul', ['x', constant(b, [3, 1])])),
  made('x x', 'Mul', [2, 3], (b) => b.node('Mul', ['x', 'x'])),
  made('x broadcast over x', 'Mul', [3, 3], (b) =>
    b.node('Mul', ['x', b.node('ReduceSum', ['x', b.int64s([0])])]),
  ),
  made('x/b', 'Div', [2, 3, 4], (b) => b.node('Div', ['x', constant(b, [4])])),
  made('b/x', 'Div', [3, 1], (b) => b.node('Div', [constant(b, [2, 3, 4]), 'x'])),
  made('x^2', 'Pow', [2, 3], (b) => b.node('Pow', ['x', b.scalar(2)])),
  made('x^-0.5', 'Pow', [2, 3], (b) => b.node('Pow', ['x', b.scalar(-0.5)]), positive([2, 3])),
  made('2^x', 'Pow', [2, 3], (b) => b.node('Pow', [b.scalar(2), 'x'])),
  made('x^b', 'Pow', [2, 3], (b) => b.node('Pow', ['x', constant(b, [3])]), positive([2, 3])),
  made('max(x, b)', 'Max', [2, 3, 4], (b) => b.node('Max', ['x', constant(b, [4])])),
  made('min(b, x)', 'Min', [4], (b) => b.node('Min', [constant(b, [2, 3, 4]), 'x'])),
  made('sum of three', 'Sum', [2, 3], (b) => b.node('Sum', ['x', constant(b, [3]), 'x'])),
  made('clip', 'Clip', [2, 3, 4], (b) => b.node('Clip', ['x', b.scalar(-0.5), b.scalar(0.9)])),
  made('clip below', 'Clip', [2, 3, 4], (b) => b.node('Clip', ['x', b.scalar(-0.5)])),
  made('where(c, x, b)', 'Where', [4], (b) =>
    b.node('Where', [b.node('Greater', [constant(b, [2, 3, 4]), b.scalar(0)]), 'x', constant(b, [4], 3)]),
  ),
  made('where(c, b, x)', 'Where', [3, 4], (b) =>
    b.node('Where', [b.node('Greater', [constant(b, [2, 3, 4]), b.scalar(0)]), b.scalar(1), 'x']),
  ),
  made('where of x itself', 'Where', [3, 4], (b) =>
    b.node('Where', [b.node('Greater', ['x', b.scalar(0)]), b.node('Exp', ['x']), b.node('Neg', ['x'])]),
  ),
  made('cast there and back', 'Cast', [2, 3], (b) =>
    b.node('Cast', [b.node('Cast', ['x'], { to: int(11) })], { to: int(1) }),
  ),
  made('x W', 'MatMul', [2, 3, 4], (b) => b.node('MatMul', ['x', constant(b, [4, 5])])),
  made('W x, batch of W', 'MatMul', [4, 2], (b) => b.node('MatMul', [constant(b, [3, 5, 4]), 'x'])),
  made('x x transposed', 'MatMul', [2, 3, 4], (b) =>
    b.node('MatMul', ['x', b.node('Transpose', ['x'], { perm: ints([0, 2, 1]) })]),
  ),
  made('gemm', 'Gemm', [3, 4], (b) =>
    b.node('Gemm', ['x', constant(b, [5, 4]), vector(b, 5, 3)], {
      transB: int(1),
      alpha: float(0.5),
      beta: float(2),
    }),
  ),
  made('gemm, A transposed', 'Gemm', [4, 3], (b) =>
    b.node('Gemm', ['x', constant(b, [5, 4])], { transA: int(1), transB: int(1) }),
  ),
  made('gemm, x as B', 'Gemm', [4, 5], (b) => b.node('Gemm', [constant(b, [4, 3]), 'x'], { transA: int(1) })),
  made('gemm, x as bias', 'Gemm', [5], (b) =>
    b.node('Gemm', [constant(b, [3, 4]), constant(b, [4, 5], 3), 'x'], { beta: float(0.3) }),
  ),
  made('einsum', 'Einsum', [2, 3, 4], (b) =>
    b.node('Einsum', ['x', constant(b, [4, 5])], { equation: string('bij,jk->bik') }),
  ),
  made('layer norm', 'LayerNormalization', [2, 3, 4], (b) =>
    b.node('LayerNormalization', ['x', vector(b, 4, 2), vector(b, 4, 3)], { epsilon: float(1e-3) }),
  ),
  made('layer norm over two axes', 'LayerNormalization', [2, 3, 4], (b) =>
    b.node('LayerNormalization', ['x', constant(b, [3, 4])], { axis: int(1) }),
  ),
  made('batch norm', 'BatchNormalization', image, (b) =>
    b.node('BatchNormalization', [
      'x',
      vector(b, 4, 2),
      vector(b, 4, 3),
      vector(b, 4, 4),
      b.constant([0.5, 1, 2, 3], 'float32'),
    ]),
  ),
  made('batch norm of a vector', 'BatchNormalization', [3, 4], (b) =>
    b.node('BatchNormalization', [
      'x',
      vector(b, 4, 2),
      vector(b, 4, 3),
      vector(b, 4, 4),
      b.constant([0.5, 1, 2, 3], 'float32'),
    ]),
  ),
  made('instance norm', 'InstanceNormalization', image, (b) =>
    b.node('InstanceNormalization', ['x', vector(b, 4, 2), vector(b, 4, 3)]),
  ),
  made('sum of an axis', 'ReduceSum', [2, 3, 4], (b) =>
    b.node('ReduceSum', ['x', b.int64s([-2])], { keepdims: int(0) }),
  ),
  made('mean of two axes', 'ReduceMean', [2, 3, 4], (b) => b.node('ReduceMean', ['x', b.int64s([0, 2])])),
  made('mean of all', 'ReduceMean', [2, 3, 4], (b) => b.node('ReduceMean', ['x'], { keepdims: int(0) })),
  made('max of an axis', 'ReduceMax', [2, 3, 4], (b) =>
    b.node('ReduceMax', ['x', b.int64s([1])], { keepdims: int(0) }),
  ),
  made('min of an axis', 'ReduceMin', [2, 3, 4], (b) => b.node('ReduceMin', ['x', b.int64s([2])])),
  made('norm of an axis', 'ReduceL2', [2, 3, 4], (b) =>
    b.node('ReduceL2', ['x', b.int64s([2])], { keepdims: int(0) }),
  ),
  made('reshape', 'Reshape', [2, 3, 4], (b) => b.node('Reshape', ['x', b.int64s([0, -1, 2])])),
  made('squeeze', 'Squeeze', [2, 1, 4], (b) => b.node('Squeeze', ['x', b.int64s([1])])),
  made('unsqueeze', 'Unsqueeze', [2, 4], (b) => b.node('Unsqueeze', ['x', b.int64s([0, -1])])),
  made('expand', 'Expand', [3, 1], (b) => b.node('Expand', ['x', b.int64s([2, 3, 4])])),
  made('tile', 'Tile', [2, 3], (b) => b.node('Tile', ['x', b.int64s([2, 3])])),
  made('concat with itself and a constant', 'Concat', [2, 3], (b) =>
    b.node('Concat', ['x', constant(b, [2, 2]), 'x'], { axis: int(-1) }),
  ),
  made('all parts of a split, mixed', 'Split', [2, 6], (b) => {
    const [p = '', q = '', r = ''] = b.nodeOf(3, 'Split', ['x', b.int64s([1, 2, 3])], { axis: int(1) })
    return b.node('Concat', [b.node('Exp', [r]), p, b.node('Neg', [q])], { axis: int(1) })
  }),
  made(
    'one part of a split',
    'Split',
    [2, 6],
    (b) => b.nodeOf(3, 'Split', ['x', b.int64s([1, 2, 3])], { axis: int(1) })[1] ?? '',
  ),
  made('two of three parts', 'Split', [2, 6], (b) => {
    const [p = '', , r = ''] = b.nodeOf(3, 'Split', ['x', b.int64s([2, 2, 2])], { axis: int(1) })
    return b.node('Mul', [p, r])
  }),
  made('gather one', 'Gather', [2, 3, 4], (b) =>
    b.node('Gather', ['x', b.constant([-1], 'int64', [])], { axis: int(1) }),
  ),
  made('gather one, axis kept', 'Gather', [2, 3, 4], (b) =>
    b.node('Gather', ['x', b.int64s([1])], { axis: int(2) }),
  ),
  made('gather several, one twice', 'Gather', [3, 4], (b) =>
    b.node('Gather', ['x', b.int64s([2, 0, 2])], { axis: int(0) }),
  ),
  made('query, key and value of one tensor', 'Gather', [3, 2, 4], (b) => {
    const [q = '', k = '', v = ''] = [0, 1, 2].map((index) =>
      b.node('Gather', ['x', b.constant([index], 'int64', [])]),
    )
    return b.node('Mul', [b.node('Sub', [q, k]), v])
  }),
  made('slice', 'Slice', [4, 6], (b) =>
    b.node('Slice', [
      'x',
      ...[
        [1, 0],
        [3, 5],
        [0, 1],
      ].map((list) => b.int64s(list)),
    ]),
  ),
  made('slice with steps', 'Slice', [5, 7], (b) =>
    b.node('Slice', [
      'x',
      ...[
        [1, 0],
        [5, 7],
        [0, 1],
        [2, 3],
      ].map((list) => b.int64s(list)),
    ]),
  ),
  made('slice backwards', 'Slice', [5, 7], (b) =>
    b.node('Slice', [
      'x',
      ...[
        [-1, 5],
        [-99, 0],
        [0, 1],
        [-1, -2],
      ].map((list) => b.int64s(list)),
    ]),
  ),
  made('pad', 'Pad', [2, 3], (b) => b.node('Pad', ['x', b.int64s([0, 1, 2, 0]), b.scalar(7)])),
  made('pad that cuts', 'Pad', [4, 5], (b) => b.node('Pad', ['x', b.int64s([-1, 1, 2, -2]), b.scalar(0)])),
  made('pad of one axis', 'Pad', [2, 3], (b) => b.node('Pad', ['x', b.int64s([1, 2]), '', b.int64s([-1])])),
  made('max pool', 'MaxPool', image, (b) =>
    b.node('MaxPool', ['x'], { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }),
  ),
  made('average pool', 'AveragePool', image, (b) =>
    b.node('AveragePool', ['x'], {
      kernel_shape: ints([3, 2]),
      strides: ints([2, 1]),
      pads: ints([1, 0, 1, 1]),
    }),
  ),
  made('average pool with its padding', 'AveragePool', image, (b) =>
    b.node('AveragePool', ['x'], {
      kernel_shape: ints([3, 3]),
      strides: ints([2, 2]),
      pads: ints([1, 1, 1, 1]),
      count_include_pad: int(1),
    }),
  ),
  made('convolution', 'Conv', image, (b) =>
    b.node('Conv', ['x', constant(b, [3, 4, 3, 3]), vector(b, 3, 3)], { pads: ints([1, 1, 1, 1]) }),
  ),
  made('transposed convolution', 'ConvTranspose', [2, 4, 3, 3], (b) =>
    b.node('ConvTranspose', ['x', constant(b, [4, 2, 3, 3])], {
      strides: ints([2, 2]),
      pads: ints([1, 1, 1, 1]),
      output_padding: ints([1, 1]),
      group: int(2),
    }),
  ),
  made('resize nearest', 'Resize', [1, 2, 3, 4], (b) =>
    b.node('Resize', ['x', '', b.constant([1, 1, 2, 2], 'float32')], {
      mode: string('nearest'),
      coordinate_transformation_mode: string('asymmetric'),
      nearest_mode: string('floor'),
    }),
  ),
  made('resize bilinear', 'Resize', [1, 2, 3, 4], (b) =>
    b.node('Resize', ['x', '', '', b.int64s([1, 2, 5, 3])], {
      mode: string('linear'),
      coordinate_transformation_mode: string('pytorch_half_pixel'),
    }),
  ),
  made('resize bilinear, corners aligned', 'Resize', [1, 2, 3, 4], (b) =>
    b.node('Resize', ['x', '', '', b.int64s([1, 2, 5, 7])], {
      mode: string('linear'),
      coordinate_transformation_mode: string('align_corners'),
    }),
  ),
  made('written-out Gelu', 'Erf', [2, 3], (b) =>
    b.node('Mul', [
      b.node('Mul', [
        'x',
        b.node('Add', [b.node('Erf', [b.node('Div', ['x', b.scalar(Math.SQRT2)])]), b.scalar(1)]),
      ]),
      b.scalar(0.5),
    ]),
  ),
  made('written-out Gelu, halved first', 'Erf', [2, 3], (b) =>
    b.node('Mul', [
      b.node('Mul', ['x', b.scalar(0.5)]),
      b.node('Add', [b.node('Erf', [b.node('Mul', ['x', b.scalar(Math.SQRT1_2)])]), b.scalar(1)]),
    ]),
  ),
  made('Swish', 'Swish', [2, 3], (b) => b.node('Mul', ['x', b.node('Sigmoid', ['x'])])),
  made('Swish whose sigmoid is used again', 'Sigmoid', [2, 3], (b) => {
    const gate = b.node('Sigmoid', ['x'])
    return b.node('Add', [b.node('Mul', ['x', gate]), gate])
  }),
]

describe.each(cases)('$op: $what', ({ shape, x, make }) => {
  it('equals central differences and ONNX Runtime', async () => {
    const graph = graphOf(shape, make)
    const input = x ?? noise(shape)
    expectGradient(graph, input, { samples: Math.min(48, count(shape)) })
    await expectRuntimeAgrees(graph, input)
  })
})

it('normalises groups by channel (opset 21) and by group (opset 18)', async () => {
  for (const [opset, length] of [
    [21, 4],
    [18, 2],
  ] as const) {
    const graph = graphOf(
      image,
      (b) =>
        b.node('GroupNormalization', ['x', vector(b, length, 2), vector(b, length, 3)], {
          num_groups: int(2),
        }),
      opset,
    )
    expectGradient(graph, noise(image))
    await expectRuntimeAgrees(graph, noise(image))
  }
})

it('is zero through operators that are constant almost everywhere', async () => {
  for (const op of ['Floor', 'Ceil', 'Round', 'Sign']) {
    const graph = graphOf([2, 3], (b) => b.node('Mul', [b.node(op, ['x']), b.scalar(3)]))
    const gradient = differentiate(graph)
    expect(gradient.nodes.some(({ inputs }) => inputs.includes('cotangent'))).toBe(false)
  }
})

it('has a case for every rule', () => {
  const covered = new Set([
    ...cases.map(({ op }) => op),
    'GroupNormalization',
    'Floor',
    'Ceil',
    'Round',
    'Sign',
  ])
  expect(Object.keys(gradientRules).filter((op) => !covered.has(op))).toEqual([])
})

describe('a graph that cannot be differentiated is refused before it runs, by operator and node', () => {
  const refused: [string, (b: GraphBuilder) => string, RegExp][] = [
    [
      'an operator without a rule',
      (b) => b.node('CumSum', ['x', b.constant([0], 'int64', [])]),
      /CumSum.*no rule/,
    ],
    [
      'padding by reflection',
      (b) => b.node('Pad', ['x', b.int64s([0, 1, 0, 1])], { mode: string('reflect') }),
      /Pad.*mode reflect/,
    ],
    [
      'computed indices',
      (b) => b.node('Gather', ['x', b.node('ArgMax', ['x'], { axis: int(0) })]),
      /Gather.*not constant/,
    ],
    [
      'a batch norm in training',
      (b) =>
        b.node('BatchNormalization', ['x', ...[2, 3, 4, 5].map((seed) => vector(b, 4, seed))], {
          training_mode: int(1),
        }),
      /BatchNormalization.*training/,
    ],
  ]
  it.each(refused)('%s', (_, make, reason) => {
    expect(() => differentiate(graphOf([3, 4], make))).toThrow(reason)
  })

  it('an output that does not depend on the input', () => {
    const graph = graphOf([3, 4], (b) => b.node('Cast', [b.node('Shape', ['x'])], { to: int(1) }))
    expect(() => differentiate(graph)).toThrow(/does not depend on x/)
  })
})
