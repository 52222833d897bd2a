import { dict, int, npy, pickle, pytorch, safetensors, tensor, zip, type Case } from './bytes.ts'
import { pickled } from './pickles.ts'

const of = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: offsets,
})
const descr = (shape: string, type = '<f4') =>
  `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape}), }\n`

const zips: Case[] = [
  [
    'big-endian values',
    pytorch(pickle(dict(['weight', tensor()])), undefined, { 'archive/byteorder': Buffer.from('big') }),
    'MODEL_UNSUPPORTED',
    'big-endian',
  ],
  [
    'a program',
    pytorch(pickle(dict(['weight', tensor()])), undefined, { 'archive/constants.pkl': pickle(int(1)) }),
    'MODEL_UNSUPPORTED',
    'TorchScript',
  ],
  ['a zip of text', zip({ 'readme.txt': Buffer.from('x') }), 'MODEL_UNSUPPORTED', 'neither a pickle'],
  ['an empty zip', zip({}), 'MODEL_UNSUPPORTED', 'no checkpoint'],
  ['a pickle of another program', pickle(int(3)), 'MODEL_UNSUPPORTED', 'did not write'],
  [
    'a bomb',
    zip({ 'a.npy': Buffer.concat([npy(descr('4'), 16), Buffer.alloc(2 ** 24)]) }, { deflated: true }),
    'MODEL_MALFORMED',
    'its shape needs 16',
  ],
]

const arrays: Case[] = [
  ['an array', zip({ 'a.npy': npy(descr('2, 2'), 16) }), 'read', ''],
  [
    'an array with more values than bytes',
    zip({ 'a.npy': npy(descr('1000000,'), 16) }),
    'MODEL_MALFORMED',
    'needs bytes',
  ],
  ['an array with fewer', zip({ 'a.npy': npy(descr('2,'), 16) }), 'MODEL_MALFORMED', 'its shape needs 8'],
  ['an array of objects', zip({ 'a.npy': npy(descr('2,', '|O'), 16) }), 'MODEL_UNSUPPORTED', '"|O"'],
  [
    'an array that is big-endian',
    zip({ 'a.npy': npy(descr('4,', '>f4'), 16) }),
    'MODEL_UNSUPPORTED',
    '">f4"',
  ],
  [
    'an array of columns',
    zip({ 'a.npy': npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (4,), }\n", 16) }),
    'MODEL_UNSUPPORTED',
    'columns',
  ],
  [
    'an array with code in its header',
    zip({ 'a.npy': npy("__import__('os').system('id')\n", 16) }),
    'MODEL_MALFORMED',
    'damaged header',
  ],
  ['an array without a header', zip({ 'a.npy': Buffer.alloc(16) }), 'MODEL_MALFORMED', 'not one of NumPy'],
  [
    'an array with a header that is too long',
    zip({ 'a.npy': npy(' '.repeat(60_000), 4) }),
    'MODEL_MALFORMED',
    'too long',
  ],
  [
    'an array of 30 axes',
    zip({ 'a.npy': npy(descr('1, '.repeat(30)), 4) }),
    'MODEL_MALFORMED',
    'impossible shape',
  ],
]

const headers: Case[] = [
  ['safetensors', safetensors({ a: of([4], [0, 16]) }), 'read', ''],
  [
    'a header of 2 GB',
    safetensors({ a: of([4], [0, 16]) }, 16, 2n ** 31n),
    'MODEL_MALFORMED',
    '2147483648 bytes',
  ],
  [
    'a header beyond the file',
    safetensors({ a: of([4], [0, 16]) }, 16, 1000n),
    'MODEL_TRUNCATED',
    'its header needs',
  ],
  ['a header that is no JSON', safetensors('{"a": }'), 'MODEL_MALFORMED', 'not JSON'],
  ['a header without tensors', safetensors({}, 0), 'MODEL_UNSUPPORTED', 'no tensors'],
  [
    'a name twice',
    safetensors(
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\\u0061":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}',
    ),
    'MODEL_MALFORMED',
    '"a" twice',
  ],
  [
    'tensors that overlap',
    safetensors({ a: of([4], [0, 16]), b: of([2], [8, 16]) }),
    'MODEL_MALFORMED',
    'overlaps',
  ],
  [
    'bytes between tensors',
    safetensors({ a: of([1], [0, 4]), b: of([2], [8, 16]) }),
    'MODEL_MALFORMED',
    'belong to no tensor',
  ],
  ['bytes after tensors', safetensors({ a: of([1], [0, 4]) }), 'MODEL_MALFORMED', 'belong to no tensor'],
  ['a tensor beyond the file', safetensors({ a: of([8], [0, 32]) }), 'MODEL_TRUNCATED', 'ends at byte'],
  [
    'a tensor that ends before it begins',
    safetensors({ a: of([0], [16, 0]) }),
    'MODEL_MALFORMED',
    'before it begins',
  ],
  ['a tensor of another size', safetensors({ a: of([3], [0, 16]) }), 'MODEL_MALFORMED', 'its shape needs 12'],
  [
    'a shape that is negative',
    safetensors({ a: of([-4], [0, 16]) }),
    'MODEL_MALFORMED',
    'no type, shape or place',
  ],
  [
    'a shape whose product is too large',
    safetensors({ a: of([2 ** 40, 2 ** 40], [0, 16]) }),
    'MODEL_MALFORMED',
    'impossible shape',
  ],
  ['a shape of text', safetensors({ a: of('4', [0, 16]) }), 'MODEL_MALFORMED', 'no type, shape or place'],
  ['an unknown type', safetensors({ a: of([16], [0, 16], 'F8_E4M3') }), 'MODEL_UNSUPPORTED', '"F8_E4M3"'],
  [
    'a type named constructor',
    safetensors({ a: of([4], [0, 16], 'constructor') }),
    'MODEL_UNSUPPORTED',
    '"constructor"',
  ],
  [
    'a tensor named __proto__',
    safetensors('{"__proto__":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'),
    'MODEL_UNSUPPORTED',
    'no tensors',
  ],
  [
    '10,000 tensors of safetensors',
    safetensors(
      Object.fromEntries(
        Array.from({ length: 10_000 }, (_, at) => [`layer.${at}`, of([1], [4 * at, 4 * at + 4])]),
      ),
      40_000,
    ),
    'read',
    '',
  ],
]

const index = (map: unknown) => Buffer.from(JSON.stringify({ metadata: {}, weight_map: map }))
const indices: Case[] = [
  [
    'an index that names a path',
    index({ a: '../secret.safetensors' }),
    'MODEL_MALFORMED',
    'outside its folder',
  ],
  ['an index that names another disk', index({ a: 'C:\\secret' }), 'MODEL_MALFORMED', 'outside its folder'],
  [
    'an index of a file that is missing',
    index({ a: 'none.safetensors' }),
    'FILE_MISSING',
    'none.safetensors',
  ],
  ['an index of nothing', index({}), 'MODEL_MALFORMED', 'names 0 files'],
  ['an index that names itself', index({ a: 'case' }), 'MODEL_MALFORMED', 'another index names it'],
  ['an index without a map', Buffer.from('{"metadata": 1}'), 'MODEL_MALFORMED', 'no weight_map'],
  ['an index that is no JSON', Buffer.from('{"metadata": '), 'MODEL_MALFORMED', 'not JSON'],
]

/** Checkpoints that are wrong in different ways, and sound ones they are made from. */
export const cases: readonly Case[] = [...pickled, ...zips, ...arrays, ...headers, ...indices]
