import { floats, integers, middle, node, type Change } from './net.ts'

const relu = node('Relu', ['c'], 'm')
const tensor = (name: string, change: object): Change => ({
  middle: [node('Add', ['c', name], 'm')],
  weights: [{ ...floats(name, [1n], [1]), ...change }],
})

/** Graphs whose wiring, tensors or names are wrong. */
export const graphs: readonly [string, Change][] = [
  ['a node that reads what nobody writes', { middle: [node('Add', ['c', 'nothing'], 'm')] }],
  ['a node that reads itself', { middle: [node('Add', ['c', 'm'], 'm')] }],
  [
    'two nodes that read each other',
    { middle: [node('Add', ['c', 'b'], 'a'), node('Relu', ['a'], 'b'), node('Relu', ['b'], 'm')] },
  ],
  ['a value that two nodes write', { middle: [relu, relu] }],
  ['a node that writes the input', { middle: [node('Relu', ['c'], 'input'), relu] }],
  ['a node that writes weights', { middle: [node('Relu', ['c'], 'kernels'), relu] }],
  ['nodes in the wrong order', { middle: [node('Relu', ['b'], 'm'), node('Relu', ['c'], 'b')] }],
  ['a node without inputs', { middle: [node('Relu', [], 'm')] }],
  ['a node without outputs', { middle: [{ ...relu, output: [] }, relu] }],
  [
    'a node with 1,000 inputs',
    {
      middle: [
        node(
          'Sum',
          Array.from({ length: 1000 }, () => 'c'),
          'm',
        ),
      ],
    },
  ],
  ['a node without an operator', { middle: [{ ...relu, opType: '' }] }],
  ['an operator with a name of JavaScript', middle('__proto__', [])],
  ['an operator of an unknown domain', { middle: [{ ...relu, domain: 'com.example' }] }],
  ['a name of 1,000,000 characters', { middle: [{ ...relu, name: 'n'.repeat(1_000_000) }] }],
  ['a name with zero bytes and line ends', { middle: [{ ...relu, name: 'a\0b\n\u202e' }] }],
  [
    'a value named constructor',
    { middle: [node('Relu', ['c'], 'constructor'), node('Relu', ['constructor'], 'm')] },
  ],
  [
    '1,000 nodes in a row',
    {
      middle: [
        ...Array.from({ length: 1000 }, (_, at) => node('Relu', [at === 0 ? 'c' : `v${at}`], `v${at + 1}`)),
        node('Relu', ['v1000'], 'm'),
      ],
    },
  ],
  ['an attribute that the operator has not', middle('Relu', [], { flavour: 'sweet' })],
  ['weights with fewer bytes than their shape', tensor('w', { dims: [9n] })],
  ['weights with more bytes than their shape', tensor('w', { dims: [1n], rawData: new Uint8Array(400) })],
  ['weights with half a number', tensor('w', { rawData: new Uint8Array(3) })],
  ['weights with a side of -1', tensor('w', { dims: [-1n] })],
  ['weights with a side of 2^62', tensor('w', { dims: [2n ** 62n] })],
  ['weights whose sides multiply beyond 2^64', tensor('w', { dims: [2n ** 33n, 2n ** 33n] })],
  ['weights of 0 numbers', tensor('w', { dims: [0n], rawData: new Uint8Array(0) })],
  ['weights of an unknown type', tensor('w', { dataType: 99 })],
  [
    'weights of text',
    tensor('w', { dataType: 8, rawData: new Uint8Array(0), stringData: [new Uint8Array([255])] }),
  ],
  ['weights without a name', { middle: [relu], weights: [floats('', [1n], [1])] }],
  [
    'weights twice under one name',
    { middle: [node('Add', ['c', 'w'], 'm')], weights: [floats('w', [1n], [1]), floats('w', [1n], [2])] },
  ],
  [
    'weights that are not numbers',
    { middle: [node('Mul', ['c', 'w'], 'm')], weights: [floats('w', [1n], [NaN])] },
  ],
  ['weights that nobody reads', { middle: [relu], weights: [floats('w', [3n], [1, 2, 3])] }],
  [
    'weights outside of the folder',
    tensor('w', {
      dataLocation: 1,
      rawData: new Uint8Array(0),
      externalData: [{ key: 'location', value: '../../etc/passwd' }],
    }),
  ],
  [
    'weights in a file that is not there',
    tensor('w', {
      dataLocation: 1,
      rawData: new Uint8Array(0),
      externalData: [{ key: 'location', value: 'no.bin' }],
    }),
  ],
  [
    'weights in a file without a name',
    tensor('w', { dataLocation: 1, rawData: new Uint8Array(0), externalData: [] }),
  ],
  [
    'weights at an offset of -1',
    tensor('w', {
      dataLocation: 1,
      rawData: new Uint8Array(0),
      externalData: [
        { key: 'location', value: 'net.onnx' },
        { key: 'offset', value: '-1' },
      ],
    }),
  ],
  [
    'weights beyond the end of their file',
    tensor('w', {
      dataLocation: 1,
      rawData: new Uint8Array(0),
      externalData: [
        { key: 'location', value: 'net.onnx' },
        { key: 'offset', value: '99999999' },
        { key: 'length', value: '4' },
      ],
    }),
  ],
  [
    'weights with a length of words',
    tensor('w', {
      dataLocation: 1,
      rawData: new Uint8Array(0),
      externalData: [
        { key: 'location', value: 'net.onnx' },
        { key: 'length', value: 'four' },
      ],
    }),
  ],
  ['Dropout with a ratio of 2', middle('Dropout', ['ratio'], {}, [floats('ratio', [], [2])])],
  [
    'PRelu with slopes that do not fit',
    middle('PRelu', ['slope'], {}, [floats('slope', [7n], [1, 2, 3, 4, 5, 6, 7])]),
  ],
  [
    'InstanceNormalization with one scale',
    middle('InstanceNormalization', ['one', 'one'], {}, [floats('one', [1n], [1])]),
  ],
  [
    'QuantizeLinear by 0',
    {
      middle: [node('QuantizeLinear', ['c', 'zero'], 'q'), node('DequantizeLinear', ['q', 'zero'], 'm')],
      weights: [floats('zero', [], [0])],
    },
  ],
  ['Cast to an unknown type', middle('Cast', [], { to: 99n })],
  ['Einsum without a formula', middle('Einsum', [])],
  ['Einsum with a formula of signs', middle('Einsum', [], { equation: '...,->-><>' })],
  [
    'ScatterND beyond the sides',
    middle('ScatterND', ['where', 'what'], {}, [
      integers('where', [9n, 9n, 9n, 9n]),
      floats('what', [], [1]),
    ]),
  ],
  ['Loop without a body', middle('Loop', ['c'])],
  ['If without branches', middle('If', [])],
]
