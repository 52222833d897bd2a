import { floats, integers, middle, node, type Change } from './net.ts'

const head = (...nodes: NonNullable<Change['head']>): Change => ({ head: nodes })
const flat = [node('GlobalAveragePool', ['m'], 'pooled'), node('Flatten', ['pooled'], 'flat', { axis: 1n })]

/** Inputs, outputs, heads and operators that a classifier of pictures cannot have, or seldom has. */
export const whole: readonly [string, Change][] = [
  ['no opset', { opsets: [] }],
  [
    'one opset twice',
    {
      opsets: [
        { domain: '', version: 17n },
        { domain: '', version: 17n },
      ],
    },
  ],
  ['the opset under its long name', { opsets: [{ domain: 'ai.onnx', version: 17n }] }],
  ['an input with channels last', { input: ['batch', 32n, 32n, 3n] }],
  ['an input of one channel', { input: ['batch', 1n, 32n, 32n] }],
  ['an input of three dimensions', { input: [3n, 32n, 32n] }],
  ['an input of sides that differ', { input: ['batch', 3n, 32n, 7n] }],
  ['an input with one name for all sides', { input: ['n', 'n', 'n', 'n'] }],
  ['an input with an empty name of a side', { input: ['', 3n, 32n, 32n] }],
  ['an input of whole numbers', { inputType: 7 }],
  ['an input of bytes', { inputType: 2 }],
  ['an input of half precision', { inputType: 10 }],
  ['an input of truth values', { inputType: 9 }],
  ['an output of named classes', { output: ['batch', 'classes'] }],
  ['an output of other classes than its matrix', { output: ['batch', 7n] }],
  ['an output of pictures', { output: ['batch', 10n, 8n, 8n] }],
  ['an output that nobody writes', head(...flat, node('Gemm', ['flat', 'matrix'], 'scores'))],
  ['an output that is the input', head(node('Identity', ['input'], 'output'))],
  ['an output that is weights', head(node('Identity', ['matrix'], 'output'))],
  ['an output of a constant', head(node('Constant', [], 'output', { value_floats: [1, 2, 3] }))],
  ['an output that is a place', head(...flat, node('ArgMax', ['flat'], 'output', { axis: 1n }))],
  [
    'a head with a matrix that is turned',
    head(...flat, node('Gemm', ['flat', 'matrix'], 'output', { transB: 1n })),
  ],
  [
    'a head that multiplies by infinity',
    head(...flat, node('Gemm', ['flat', 'matrix'], 'output', { alpha: Infinity })),
  ],
  ['a head without a matrix', head(...flat, node('Gemm', ['flat'], 'output'))],
  ['a head of a matrix by itself', head(node('MatMul', ['matrix', 'matrix'], 'output'))],
  ['Constant without a value', { middle: [node('Constant', [], 'k'), node('Mul', ['c', 'k'], 'm')] }],
  [
    'Constant with two values',
    {
      middle: [node('Constant', [], 'k', { value_float: 1.5, value_int: 2n }), node('Mul', ['c', 'k'], 'm')],
    },
  ],
  ['Pow by a million', middle('Pow', ['power'], {}, [floats('power', [], [1e6])])],
  ['Div by 0', middle('Div', ['zero'], {}, [floats('zero', [], [0])])],
  ['Mod of whole numbers by 0', middle('Mod', ['zero'], { fmod: 1n }, [floats('zero', [], [0])])],
  ['LRN of size 0', middle('LRN', [], { size: 0n })],
  ['LpNormalization of order 0', middle('LpNormalization', [], { p: 0n, axis: 1n })],
  ['GlobalLpPool of order -1', middle('GlobalLpPool', [], { p: -1n })],
  [
    'MaxPool with indices that nobody reads',
    { middle: [{ ...node('MaxPool', ['c'], 'm', { kernel_shape: [2n, 2n] }), output: ['m', 'indices'] }] },
  ],
  [
    'MaxUnpool of places that are not there',
    middle('MaxUnpool', ['where'], { kernel_shape: [2n, 2n] }, [integers('where', [2n ** 62n])]),
  ],
  [
    'RoiAlign of no regions',
    middle('RoiAlign', ['regions', 'where'], {}, [floats('regions', [0n, 4n], []), integers('where', [])]),
  ],
  ['NonMaxSuppression of pictures', middle('NonMaxSuppression', ['c'])],
  ['GridSample without a grid', middle('GridSample', [])],
  ['LSTM of pictures', middle('LSTM', ['kernels', 'kernels'], { hidden_size: 2n ** 62n })],
  ['Compress by no condition', middle('Compress', [])],
  ['RandomNormalLike', { middle: [node('RandomNormalLike', ['c'], 'r'), node('Add', ['c', 'r'], 'm')] }],
  [
    'Split with sizes below 0',
    {
      middle: [{ ...node('Split', ['c', 'sizes'], 'm', { axis: 1n }), output: ['m', 'rest'] }],
      weights: [integers('sizes', [9n, -5n])],
    },
  ],
  ['CumSum along an axis of 9', middle('CumSum', ['axis'], {}, [integers('axis', [9n])])],
  ['Trilu of 2^62', middle('Trilu', ['k'], {}, [integers('k', [2n ** 62n])])],
  ['SpaceToDepth by 7', middle('SpaceToDepth', [], { blocksize: 7n })],
]
