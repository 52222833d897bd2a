import { expect, it } from 'vitest'
import { int, ints, type GraphBuilder } from '#engine/onnx/index.ts'
import { Flow } from '#engine/onnx/structure/flow.ts'
import { outputScaleOf } from '#engine/onnx/structure/outputScale.ts'
import { unsteadyReason } from '#engine/onnx/structure/unsteady.ts'
import { inferShapes } from '#engine/onnx/shape/infer.ts'
import { givesProbabilities, outputRemarks, outputsInKey } from '#shared/outputScale.ts'
import { graphOf } from './reference/check.ts'

type Make = (build: GraphBuilder) => string

const shape = [2, 6]
const softmax = (build: GraphBuilder, of = 'x') => build.node('Softmax', [of], { axis: int(1) })
const scaleOf = (make: Make) => {
  const graph = graphOf(shape, make)
  return outputScaleOf(new Flow(graph, inferShapes(graph, new Map([['x', shape]]))))
}

it.each<[string, string, Make]>([
  ['a softmax', 'softmax', (b) => softmax(b)],
  ['a cast of a softmax', 'probabilities', (b) => b.node('Cast', [softmax(b)], { to: int(1) })],
  [
    'a clipped softmax in another shape',
    'probabilities',
    (b) => b.node('Flatten', [b.node('Clip', [softmax(b)])]),
  ],
  [
    'a mean of two softmaxes',
    'probabilities',
    (b) => b.node('Mul', [b.node('Add', [softmax(b), softmax(b, b.node('Neg', ['x']))]), b.scalar(0.5)]),
  ],
  ['the exponential of a log-softmax', 'probabilities', (b) => b.node('Exp', [b.node('LogSoftmax', ['x'])])],
  ['a sigmoid', 'sigmoid', (b) => b.node('Sigmoid', ['x'])],
  [
    'a sigmoid and its other side',
    'sigmoid',
    (b) => {
      const right = b.node('Sigmoid', ['x'])
      return b.node('Concat', [b.node('Sub', [b.scalar(1), right]), right], { axis: int(1) })
    },
  ],
  ['plain numbers', 'logits', (b) => b.node('Neg', ['x'])],
  ['a log-softmax', 'logits', (b) => b.node('LogSoftmax', ['x'])],
  ['the logarithm of a softmax', 'logits', (b) => b.node('Log', [softmax(b)])],
  ['a softmax that gates the numbers', 'logits', (b) => b.node('Mul', [softmax(b), 'x'])],
  ['a softmax less a mean', 'logits', (b) => b.node('Sub', [softmax(b), b.node('ReduceMean', ['x'])])],
])('the outputs of a graph that ends in %s are %s', (_, scale, make) => {
  expect(scaleOf(make)).toBe(scale)
})

it('keys of facts say what the outputs are only where the last operator does not', () => {
  const ends = [{ op: 'Gemm' }, { op: 'Softmax' }]
  const casts = [...ends, { op: 'Cast' }]
  expect(outputsInKey({ layers: ends })).toEqual({})
  expect(outputsInKey({ layers: ends, outputScale: 'softmax' })).toEqual({})
  expect(outputsInKey({ layers: casts })).toEqual({})
  expect(outputsInKey({ layers: casts, outputScale: 'logits' })).toEqual({})
  expect(outputsInKey({ layers: casts, outputScale: 'probabilities' })).toEqual({ outputs: 'probabilities' })
  expect(outputsInKey({ layers: ends, outputScale: 'logits' })).toEqual({ outputs: 'logits' })
  expect(givesProbabilities({ layers: casts, outputScale: 'sigmoid' })).toBe(true)
})

it('several outputs and sigmoids are remarked', () => {
  const output = (name: string) => ({ name, type: 'float32', shape: ['N', 6] })
  expect(outputRemarks({ outputs: [output('a')], outputScale: 'softmax' })).toEqual([])
  expect(outputRemarks({ outputs: [output('a'), output('b')], outputScale: 'sigmoid' })).toEqual([
    'of its 2 outputs the first is read, a [N,6], and not b [N,6]',
    'its outputs are of a sigmoid each; confidence is the largest over the sum of all',
  ])
})

const flag = (build: GraphBuilder, on: number) => build.constant([on], 'bool', [])
const norm = (training: number) => (build: GraphBuilder) =>
  build.node('BatchNormalization', ['x', 'x', 'x', 'x', 'x'], { training_mode: int(training) })

it.each<[string, RegExp | undefined, Make]>([
  ['a dropout in training mode', /Dropout .* training/, (b) => b.node('Dropout', ['x', '', flag(b, 1)])],
  ['a dropout that is off', undefined, (b) => b.node('Dropout', ['x', '', flag(b, 0)])],
  ['a dropout without a mode', undefined, (b) => b.node('Dropout', ['x'])],
  ['a batch norm in training mode', /BatchNormalization .* training/, norm(1)],
  ['a batch norm of evaluation', undefined, norm(0)],
  [
    'noise that is added',
    /RandomNormal .* random/,
    (b) => b.node('Add', ['x', b.node('RandomNormal', [], { shape: ints(shape) })]),
  ],
])('a graph with %s is found out', (_, reason, make) => {
  const found = unsteadyReason(graphOf(shape, make))
  if (reason) expect(found).toMatch(reason)
  else expect(found).toBeUndefined()
})
