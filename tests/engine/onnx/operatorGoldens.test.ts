import { describe, expect, it } from 'vitest'
import { differentiate } from '#engine/onnx/index.ts'
import { float, int, ints, string, type GraphBuilder } from '#engine/onnx/rewrite/build.ts'
import { inferShapes } from '#engine/onnx/shape/infer.ts'
import goldens from './fixtures/operators.json' with { type: 'json' }
import { arr, count } from './reference/array.ts'
import { graphOf } from './reference/check.ts'
import { evaluate } from './reference/evaluate.ts'
import { ramp, relativeError } from './support.ts'

type Name = keyof typeof goldens

const constant = (b: GraphBuilder, ...shape: number[]) =>
  b.constant([...ramp(count(shape), 2246822519, 4)], 'float32', shape)
const pooling = { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }
const ragged = { ...pooling, ceil_mode: int(1) }
const resizing = { coordinate_transformation_mode: string('pytorch_half_pixel'), mode: string('linear') }
const doubling = {
  coordinate_transformation_mode: string('asymmetric'),
  mode: string('nearest'),
  nearest_mode: string('floor'),
}

/** The operators of tools/goldens/onnx_operators.py in the form of an exporter. */
const operators: Record<Name, (b: GraphBuilder) => string> = {
  convolution: (b) =>
    b.node('Conv', ['x', constant(b, 6, 2, 3, 3)], {
      strides: ints([2, 2]),
      pads: ints([1, 1, 1, 1]),
      dilations: ints([2, 2]),
      group: int(2),
    }),
  'rotated convolution': (b) =>
    b.node('Conv', ['x', constant(b, 4, 1, 5, 5)], { pads: ints([2, 2, 2, 2]), group: int(4) }),
  'transposed convolution': (b) =>
    b.node('ConvTranspose', ['x', constant(b, 4, 3, 3, 3)], {
      strides: ints([2, 2]),
      pads: ints([1, 1, 1, 1]),
      output_padding: ints([1, 1]),
    }),
  'max pool': (b) => b.node('MaxPool', ['x'], pooling),
  'max pool of ties': (b) => b.node('MaxPool', ['x'], pooling),
  'average pool': (b) => b.node('AveragePool', ['x'], ragged),
  'average pool with padding': (b) => b.node('AveragePool', ['x'], { ...ragged, count_include_pad: int(1) }),
  bilinear: (b) => b.node('Resize', ['x', '', '', b.int64s([2, 4, 10, 9])], resizing),
  nearest: (b) => b.node('Resize', ['x', '', b.constant([1, 1, 2, 2], 'float32')], doubling),
  'group norm': (b) =>
    b.node('GroupNormalization', ['x', constant(b, 4), constant(b, 4)], { num_groups: int(2) }),
  'instance norm': (b) => b.node('InstanceNormalization', ['x', constant(b, 4), constant(b, 4)]),
  'layer norm': (b) =>
    b.node('LayerNormalization', ['x', constant(b, 8), constant(b, 8)], { epsilon: float(1e-6) }),
  softmax: (b) => b.node('Softmax', ['x'], { axis: int(1) }),
  'log softmax': (b) => b.node('LogSoftmax', ['x']),
  gelu: (b) => b.node('Gelu', ['x']),
  'gelu by tanh': (b) => b.node('Gelu', ['x'], { approximate: string('tanh') }),
  'hard swish': (b) => b.node('HardSwish', ['x']),
  'hard sigmoid': (b) => b.node('HardSigmoid', ['x'], { alpha: float(1 / 6) }),
  silu: (b) => b.node('Mul', ['x', b.node('Sigmoid', ['x'])]),
  'clamp of ties': (b) => b.node('Clip', ['x', b.scalar(-1), b.scalar(0.5)]),
  'relu of ties': (b) => b.node('Relu', ['x']),
  'maximum of ties': (b) => b.node('Max', ['x', b.constant([0], 'float32')]),
  'amax of ties': (b) => b.node('ReduceMax', ['x', b.int64s([1])], { keepdims: int(0) }),
}

const inputOf = (name: Name, shape: number[]) => {
  if (name.endsWith('ties'))
    return arr(
      shape,
      Array.from({ length: count(shape) }, (_, index) => ((index * 7) % 3) - 1),
    )
  return arr(shape, ramp(count(shape), 2654435761, name.startsWith('hard') ? 12 : 4))
}

describe('the gradient equals that of PyTorch', () => {
  it.each(Object.keys(goldens) as Name[])('of %s', (name) => {
    const { shape, gradient } = goldens[name]
    const graph = graphOf(shape, operators[name], 21)
    const x = inputOf(name, shape)
    const y = inferShapes(graph, new Map([['x', shape]])).get(graph.outputs[0]?.name ?? '')?.shape ?? []
    const cotangent = arr(y, ramp(count(y), 3266489917, 4))
    const result = evaluate(differentiate(graph), { x, cotangent }).get('gradient')
    expect(relativeError(result?.data ?? [], gradient)).toBeLessThan(1e-6)
  })
})
