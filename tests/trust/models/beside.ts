import { floats, middle, node, type Change } from './net.ts'

const sidecar = (name: string, text: string): [string, Change] => [`a sidecar ${name}`, { sidecar: text }]
const labels = (list: unknown) => JSON.stringify({ labels: list })
const ten = Array.from({ length: 10 }, (_, at) => `class ${at}`)
const preprocessing = (change: object) =>
  JSON.stringify({
    preprocessing: { size: [32, 32], resize: 'squash', mean: [0, 0, 0], std: [1, 1, 1], ...change },
  })
const dynamic = ['batch', 3n, 'height', 'width'] as const

const timm = (name: string, change: object): [string, Change] => [
  `metadata with ${name}`,
  {
    metadata: {
      pretrained_cfg: JSON.stringify({
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
        interpolation: 'bilinear',
        crop_pct: 0.9,
        ...change,
      }),
    },
  },
]

const external = (name: string, entries: Record<string, string>, change: object = {}): [string, Change] => [
  `external weights ${name}`,
  {
    middle: [node('Add', ['c', 'w'], 'm')],
    weights: [
      {
        ...floats('w', [1n], [1]),
        rawData: new Uint8Array(0),
        dataLocation: 1,
        externalData: Object.entries({ location: 'net.onnx', ...entries }).map(([key, value]) => ({
          key,
          value,
        })),
        ...change,
      },
    ],
  },
]

/** What is said beside a graph, or in its metadata, and is not so; and weights in other files. */
export const beside: readonly [string, Change][] = [
  sidecar('with a mark of byte order', `\ufeff${preprocessing({})}`),
  sidecar('that is not JSON', '{"labels": [NaN]}'),
  sidecar('that is empty', ''),
  sidecar('that is a list', '[]'),
  sidecar('that is nested 10,000 deep', '['.repeat(10_000) + ']'.repeat(10_000)),
  sidecar('with labels nested 10,000 deep', `{"labels":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
  sidecar('with nine labels for ten classes', labels(ten.slice(1))),
  sidecar('with 100,000 labels', labels(Array.from({ length: 100_000 }, (_, at) => `class ${at}`))),
  sidecar('with 100,000 labels that are numbers', labels(Array.from({ length: 100_000 }, () => 1))),
  sidecar('with labels by name', labels(Object.fromEntries(ten.map((name) => [name, name])))),
  sidecar('with one label ten times', labels(ten.map(() => 'cat'))),
  sidecar('with a label of 10 MB', labels([...ten.slice(1), 'x'.repeat(10_000_000)])),
  sidecar('with a role that there is not', JSON.stringify({ role: 'admin' })),
  sidecar('with names of JavaScript', '{"__proto__":{"labels":[]},"constructor":1}'),
  sidecar('with a deviation of 0', preprocessing({ std: [1, 0, 1] })),
  sidecar('with a mean beyond all numbers', preprocessing({}).replace('"mean":[0', '"mean":[1e999')),
  sidecar('of another size than the input', preprocessing({ size: [33, 32] })),
  [
    'a sidecar of images of 10^9 pixels a side',
    { input: dynamic, sidecar: preprocessing({ size: [1e9, 1e9] }) },
  ],
  sidecar('that resizes to 10^15 pixels', preprocessing({ resize: 'shorter', resizeTo: 1e15 })),
  timm('a preprocessing of timm', {}),
  timm('a deviation of 0', { std: [0, 0, 0] }),
  timm('a crop of 1e-300', { crop_pct: 1e-300 }),
  timm('a crop of 1e-9', { crop_pct: 1e-9 }),
  timm('a crop of 2', { crop_pct: 2 }),
  [
    'metadata with a preprocessing that is not JSON',
    { metadata: { preprocessing: '{', pretrained_cfg: 'NaN' } },
  ],
  [
    'metadata of 10 MB nested 10,000 deep',
    { metadata: { preprocessing: '['.repeat(10_000), notes: 'x'.repeat(10_000_000) } },
  ],
  [
    'metadata with names of JavaScript',
    { metadata: JSON.parse('{"__proto__":"1","constructor":"2","mean":"(0, 0, 0)"}') },
  ],
  external('at an absolute path', { location: '/etc/passwd' }),
  external('on a drive of Windows', { location: 'C:\\weights.bin' }),
  external('above, with separators of Windows', { location: '..\\..\\weights.bin' }),
  external('in the folder itself', { location: '.' }),
  external('in a name with a zero byte', { location: 'net.onnx\0.bin' }),
  external('in a name of 300 characters', { location: 'w'.repeat(300) }),
  external('at an offset beyond all numbers', { offset: '9'.repeat(30) }),
  external('at an offset in hexadecimal', { offset: '0x10' }),
  external('with a length of -4', { length: '-4' }),
  external('with a length of 0', { length: '0' }),
  external('at the last byte of their file', { offset: '1022', length: '4' }),
  external('over the graph itself', { offset: '0', length: '4' }),
  external('of text', {}, { dataType: 8 }),
  external('of 2^62 numbers', { length: '4' }, { dims: [2n ** 62n] }),
  [
    'text as the kernels of Conv',
    {
      middle: [node('Conv', ['c', 'words'], 'm')],
      weights: [{ name: 'words', dataType: 8, dims: [1n], stringData: [new TextEncoder().encode('cat')] }],
    },
  ],
  [
    'one text for nine',
    middle('Add', ['words'], {}, [
      { name: 'words', dataType: 8, dims: [9n], stringData: [new Uint8Array(1)] },
    ]),
  ],
]
