import { beside } from './beside.ts'
import { bodies } from './bodies.ts'
import { functions } from './functions.ts'
import { graphs } from './graphs.ts'
import { whole } from './whole.ts'
import { floats, integers, middle, node, type Attributes, type Change } from './net.ts'

const huge = 2n ** 62n
const most = 2n ** 63n - 1n

/** Values that no size, count or step may have, or only by mistake. */
const odd: readonly [string, bigint][] = [
  ['0', 0n],
  ['-1', -1n],
  ['2^31', 2n ** 31n],
  ['2^63-1', most],
]
const pairs = (name: string, make: (value: bigint) => Attributes) =>
  odd.map(([text, value]): [string, Change] => [`Conv with ${name} ${text}`, { conv: make(value) }])

const slice = (name: string, values: [bigint, bigint, bigint, bigint]): [string, Change] => [
  `Slice with ${name}`,
  middle('Slice', ['starts', 'ends', 'axes', 'steps'], {}, [
    integers('starts', [values[0]]),
    integers('ends', [values[1]]),
    integers('axes', [values[2]]),
    integers('steps', [values[3]]),
  ]),
]
const resize = (name: string, scales: number[]): [string, Change] => [
  `Resize by ${name}`,
  middle('Resize', ['', 'scales'], { mode: 'nearest' }, [floats('scales', [BigInt(scales.length)], scales)]),
]
const resizeTo = (name: string, sizes: bigint[]): [string, Change] => [
  `Resize to ${name}`,
  middle('Resize', ['', '', 'sizes'], { mode: 'nearest' }, [integers('sizes', sizes)]),
]
const reshape = (name: string, shape: bigint[]): [string, Change] => [
  `Reshape to ${name}`,
  middle('Reshape', ['shape'], {}, [integers('shape', shape)]),
]
const pad = (name: string, pads: bigint[]): [string, Change] => [
  `Pad by ${name}`,
  middle('Pad', ['pads'], {}, [integers('pads', pads)]),
]
const pools = odd.flatMap(([text, value]): [string, Change][] => [
  [`MaxPool with a kernel of ${text}`, middle('MaxPool', [], { kernel_shape: [value, value] })],
  [
    `MaxPool with a stride of ${text}`,
    middle('MaxPool', [], { kernel_shape: [2n, 2n], strides: [value, value] }),
  ],
  [
    `AveragePool with pads of ${text}`,
    middle('AveragePool', [], { kernel_shape: [2n, 2n], pads: [value, value, value, value] }),
  ],
])
const sides = odd.flatMap(([text, value]): [string, Change][] => [
  [`an input of side ${text}`, { input: ['batch', 3n, value, value] }],
  [`an input of ${text} channels`, { input: ['batch', value, 32n, 32n] }],
  [`a batch of ${text}`, { input: [value, 3n, 32n, 32n] }],
  [`an output of ${text} classes`, { output: ['batch', value] }],
  [`opset ${text}`, { opset: value }],
  [`IR version ${text}`, { irVersion: value }],
])

/** Changes of a small sound network that no network should have. */
export const changes: readonly [string, Change][] = [
  ...pairs('group', (value) => ({ group: value })),
  ...pairs('stride', (value) => ({ strides: [value, value] })),
  ...pairs('dilation', (value) => ({ dilations: [value, value] })),
  ...pairs('pads', (value) => ({ pads: [value, value, value, value] })),
  ...pairs('kernel_shape', (value) => ({ kernel_shape: [value, value] })),
  ['Conv with one stride', { conv: { strides: [1n] } }],
  ['Conv with no stride', { conv: { strides: [] } }],
  ['Conv with five pads', { conv: { pads: [1n, 1n, 1n, 1n, 1n] } }],
  ['Conv with strides that are text', { conv: { strides: 'two' } }],
  ['Conv with an unknown auto_pad', { conv: { auto_pad: 'MORE' } }],
  ['Conv with kernels of no dimension', { kernels: [] }],
  ['Conv with kernels of two dimensions', { kernels: [4n, 3n] }],
  ['Conv with no kernels', { kernels: [0n, 3n, 3n, 3n] }],
  ['Conv with kernels of side 0', { kernels: [4n, 3n, 0n, 0n] }],
  ['Conv with kernels of five channels', { kernels: [4n, 5n, 3n, 3n] }],
  ...pools,
  ...sides,
  ['2^40 classes', { output: ['batch', 2n ** 40n] }],
  ['an output of one dimension', { output: [10n] }],
  ['an output of no dimension', { output: [] }],
  ['an output of five dimensions', { output: ['batch', 10n, 1n, 1n, 1n] }],
  ['an input of no dimension', { input: [] }],
  ['an input of nine dimensions', { input: ['batch', 3n, 1n, 1n, 1n, 1n, 1n, 32n, 32n] }],
  ['an input of named sides', { input: ['batch', 3n, 'height', 'width'] }],
  ['an input of text', { inputType: 8 }],
  ['an input of complex numbers', { inputType: 14 }],
  ['an input of an unknown type', { inputType: 99 }],
  ['no opset of its own domain', { opsets: [{ domain: 'own', version: 1n }] }],
  [
    'two opsets',
    {
      opsets: [
        { domain: '', version: 17n },
        { domain: '', version: 6n },
      ],
    },
  ],
  slice('a step of 0', [0n, 4n, 2n, 0n]),
  slice('a step of -2^63', [0n, 4n, 2n, -(2n ** 63n)]),
  slice('an axis of 9', [0n, 4n, 9n, 1n]),
  slice('an axis of -2^62', [0n, 4n, -huge, 1n]),
  slice('a start of 2^63-1', [most, most, 2n, 1n]),
  slice('an end before the start', [9n, 1n, 2n, 1n]),
  resize('1e9', [1, 1, 1e9, 1e9]),
  resize('0', [1, 1, 0, 0]),
  resize('-1', [1, 1, -1, -1]),
  resize('NaN', [1, 1, NaN, NaN]),
  resize('infinity', [1, 1, Infinity, Infinity]),
  resize('two factors', [2, 2]),
  resizeTo('2^62', [1n, 4n, huge, huge]),
  resizeTo('0', [1n, 4n, 0n, 0n]),
  resizeTo('-1', [1n, 4n, -1n, -1n]),
  reshape('two unknown sides', [-1n, -1n, 4n]),
  reshape('-2', [1n, -2n, 8n, 8n]),
  reshape('2^62', [1n, huge, 1n, 1n]),
  reshape('0 of nothing', [0n, 0n, 0n, 0n, 0n]),
  pad('2^62', [0n, 0n, huge, huge, 0n, 0n, huge, huge]),
  pad('-100', [0n, 0n, -100n, -100n, 0n, 0n, -100n, -100n]),
  pad('three numbers', [1n, 1n, 1n]),
  ['Transpose of an axis that is not there', middle('Transpose', [], { perm: [0n, 1n, 2n, 9n] })],
  ['Transpose of one axis twice', middle('Transpose', [], { perm: [0n, 1n, 1n, 2n] })],
  ['Transpose of 2^62', middle('Transpose', [], { perm: [0n, 1n, 2n, huge] })],
  ['Concat at an axis of 2^62', middle('Concat', ['c'], { axis: huge })],
  ['Concat at an axis of -9', middle('Concat', ['c'], { axis: -9n })],
  ['Softmax at an axis of 9', middle('Softmax', [], { axis: 9n })],
  ['Flatten at an axis of 2^62', middle('Flatten', [], { axis: huge })],
  ['Gather at an axis of 9', middle('Gather', ['where'], { axis: 9n }, [integers('where', [0n])])],
  ['Gather of 2^62', middle('Gather', ['where'], { axis: 2n }, [integers('where', [huge])])],
  ['ReduceMean of axes that are not there', middle('ReduceMean', [], { axes: [7n, 9n] })],
  ['Split into 2^31 parts', middle('Split', [], { axis: 1n, num_outputs: 2n ** 31n })],
  ['Unsqueeze at 2^62', middle('Unsqueeze', ['at'], {}, [integers('at', [huge])])],
  ['Squeeze of a side that is not 1', middle('Squeeze', ['at'], {}, [integers('at', [1n])])],
  ['Expand to 2^62', middle('Expand', ['to'], {}, [integers('to', [huge, huge, huge, huge])])],
  ['Tile by 2^40', middle('Tile', ['by'], {}, [integers('by', [1n, 1n, 2n ** 40n, 2n ** 40n])])],
  [
    'ConstantOfShape of 2^62',
    {
      middle: [node('ConstantOfShape', ['to'], 'k'), node('Mul', ['c', 'k'], 'm')],
      weights: [integers('to', [huge, huge])],
    },
  ],
  [
    'Range of 2^62',
    {
      middle: [node('Range', ['from', 'end', 'step'], 'k'), node('Mul', ['c', 'k'], 'm')],
      weights: [scalar('from', 0n), scalar('end', huge), scalar('step', 1n)],
    },
  ],
  ['an operator that is not there', middle('NoSuchOperator', [])],
  [
    'LayerNormalization at an axis of 9',
    middle('LayerNormalization', ['scale'], { axis: 9n }, [floats('scale', [4n], [1, 1, 1, 1])]),
  ],
  [
    'BatchNormalization with too few weights',
    middle('BatchNormalization', ['one', 'one', 'one', 'one'], {}, [floats('one', [1n], [1])]),
  ],
  [
    'a matrix that does not fit',
    { head: [node('Flatten', ['m'], 'flat', { axis: 1n }), node('Gemm', ['flat', 'matrix'], 'output')] },
  ],
  ['Gemm of a picture', { head: [node('Gemm', ['m', 'matrix'], 'output')] }],
  ['DepthToSpace by 0', middle('DepthToSpace', [], { blocksize: 0n })],
  ['DepthToSpace by 2^62', middle('DepthToSpace', [], { blocksize: huge })],
  ['ConvTranspose with stride 2^62', middle('ConvTranspose', ['kernels'], { strides: [huge, huge] })],
  [
    'Clip with its ends swapped',
    middle('Clip', ['low', 'high'], {}, [floats('low', [], [1]), floats('high', [], [-1])]),
  ],
  ['Add of shapes that do not fit', middle('Add', ['odd'], {}, [floats('odd', [7n], [1, 2, 3, 4, 5, 6, 7])])],
  [
    'TopK of 2^62',
    { middle: [{ ...node('TopK', ['c', 'k'], 'm'), output: ['m', 'n'] }], weights: [integers('k', [huge])] },
  ],
  [
    'OneHot of 2^62',
    {
      middle: [node('OneHot', ['k', 'depth', 'ends'], 'o'), node('Mul', ['c', 'o'], 'm')],
      weights: [integers('k', [0n]), scalar('depth', huge), floats('ends', [2n], [0, 1])],
    },
  ],
  ...graphs,
  ...whole,
  ...bodies,
  ...functions,
  ...beside,
]

function scalar(name: string, value: bigint) {
  return { ...integers(name, [value]), dims: [] }
}
