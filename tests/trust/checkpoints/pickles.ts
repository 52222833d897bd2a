import { call, dict, int, name, ops, pickle, pytorch, tensor, text, tuple, type Case } from './bytes.ts'

const one = (value: Uint8Array) => pytorch(pickle(dict(['weight', value])))
const long = (value: bigint) => {
  const bytes = Buffer.alloc(10, '\x8a')
  bytes[1] = 8
  bytes.writeBigUInt64LE(value, 2)
  return bytes
}
const code: Case[] = [
  ['os', 'system'],
  ['posix', 'system'],
  ['nt', 'system'],
  ['builtins', 'eval'],
  ['builtins', 'exec'],
  ['__builtin__', 'getattr'],
  ['builtins', '__import__'],
  ['subprocess', 'Popen'],
  ['torch', 'load'],
  ['torch.serialization', 'load'],
  ['torch.hub', 'load'],
  ['runpy', '_run_code'],
  ['torchvision.models.resnet', 'ResNet'],
  ['torch.nn.modules.linear', 'Linear'],
  ['functools', 'partial'],
  ['constructor', 'prototype'],
  ['__proto__', 'x'],
  ['torch', '__proto__'],
  ['torch', 'constructor'],
  ['collections', 'OrderedDict.fromkeys'],
].map(([module = '', attribute = '']) => [
  `a pickle that calls ${module}.${attribute}`,
  one(call(name(module, attribute), text('touch /tmp/kernelscope-was-here'))),
  'CHECKPOINT_CODE',
  `"${module}.${attribute}"`,
])

const pickles: Case[] = [
  ['a tensor', one(tensor()), 'read', ''],
  [
    'a name from the stack',
    one(ops(text('os'), text('system'), '\x93', text('id'), '\x85', 'R')),
    'CHECKPOINT_CODE',
    '"os.system"',
  ],
  ['a name that is a number', one(ops(int(1), int(2), '\x93')), 'CHECKPOINT_CODE', '"1.2"'],
  ['an old instance', one(ops('(', text('id'), 'ios\nsystem\n')), 'CHECKPOINT_CODE', '"os.system"'],
  ['an extension', one(ops('\x82\x01')), 'CHECKPOINT_CODE', 'extension 1'],
  ['a very long name', one(call(name('x'.repeat(5000), 'y'))), 'CHECKPOINT_CODE', 'xxx…'],
  ['a text called', one(call(text('os'))), 'MODEL_MALFORMED', 'pickle is damaged'],
  ['a type called', one(call(name('torch', 'FloatStorage'), int(4))), 'MODEL_MALFORMED', 'a type is called'],
  [
    'a state set on a tensor',
    one(ops(tensor(), dict(['shape', int(9)]), 'b')),
    'MODEL_MALFORMED',
    'pickle is damaged',
  ],
  [
    'a state set on a name',
    pytorch(
      pickle(
        ops(name('collections', 'OrderedDict'), dict(['apply', int(9)]), 'b', '0'),
        dict(['weight', tensor()]),
      ),
    ),
    'read',
    '',
  ],
  [
    'a state named __proto__',
    one(ops(call(name('collections', 'OrderedDict')), dict(['__proto__', dict(['polluted', int(1)])]), 'b')),
    'MODEL_UNSUPPORTED',
    'no dictionary of tensors',
  ],
  [
    'a dictionary with __proto__ as a key',
    one(ops('(', text('__proto__'), dict(['polluted', int(1)]), 'd')),
    'MODEL_UNSUPPORTED',
    'no dictionary of tensors',
  ],
  [
    'a negative length',
    one(ops('B', Buffer.from([0xf0, 0xff, 0xff, 0xff]))),
    'MODEL_MALFORMED',
    'a negative length',
  ],
  ['a text of 4 GB', one(ops('X', Buffer.from([255, 255, 255, 255]))), 'MODEL_TRUNCATED', 'ends too early'],
  [
    'a number of 3 bytes that are not there',
    pytorch(ops('\x80\x02\x8a\x09')),
    'MODEL_TRUNCATED',
    'ends too early',
  ],
  ['a number too large', one(ops('\x8a\x09', Buffer.alloc(9, 1))), 'MODEL_MALFORMED', 'pickle is damaged'],
  ['protocol 9', pytorch(ops('\x80\x09.')), 'MODEL_MALFORMED', 'protocol'],
  ['an unknown operation', pytorch(ops('\x80\x02\xff.')), 'MODEL_MALFORMED', 'opcode'],
  ['an empty stack', pytorch(ops('\x80\x02u.')), 'MODEL_MALFORMED', 'pickle is damaged'],
  ['nothing', pytorch(Buffer.alloc(0)), 'MODEL_TRUNCATED', 'ends too early'],
  [
    'a list of a million numbers',
    one(ops(']', '(', 'K\x01'.repeat(1_000_000), 'e')),
    'MODEL_MALFORMED',
    'pickle is damaged',
  ],
  [
    'a dictionary that holds itself',
    pytorch(pickle(ops('}q\x00(', text('model'), 'h\x00u'))),
    'MODEL_UNSUPPORTED',
    'no dictionary of tensors',
  ],
  [
    'depths of a thousand',
    pytorch(
      pickle(ops('}', ...Array.from({ length: 1000 }, () => ops('}', text('model'))), '}', 's'.repeat(1000))),
    ),
    'MODEL_UNSUPPORTED',
    'no dictionary of tensors',
  ],
  ['a number alone', pytorch(pickle(int(7))), 'MODEL_UNSUPPORTED', 'no dictionary of tensors'],
  ['a tensor alone', pytorch(pickle(tensor())), 'MODEL_UNSUPPORTED', 'no dictionary of tensors'],
  [
    'a storage of another kind',
    one(ops(tuple(text('module'), name('torch', 'FloatStorage'), text('0'), text('cpu'), int(4)), 'Q')),
    'MODEL_MALFORMED',
    'unknown class',
  ],
  ['a storage key as a path', one(tensor({ key: '../../etc/passwd' })), 'MODEL_MALFORMED', 'is missing'],
]

const shapes: Case[] = [
  ['a storage that is missing', one(tensor({ key: '1' })), 'MODEL_MALFORMED', 'storage "1" is missing'],
  [
    'a storage that is smaller than it says',
    one(tensor({ elements: 8, shape: [8] })),
    'MODEL_MALFORMED',
    '16 bytes, not the 32',
  ],
  ['a tensor beyond its storage', one(tensor({ shape: [5] })), 'MODEL_MALFORMED', 'needs bytes 0 to 20'],
  [
    'a tensor that begins beyond it',
    one(tensor({ offset: 4, shape: [1] })),
    'MODEL_MALFORMED',
    'needs bytes 16 to 20',
  ],
  ['a negative size', one(tensor({ shape: [-4] })), 'MODEL_MALFORMED', 'pickle is damaged'],
  ['a negative offset', one(tensor({ offset: -1 })), 'MODEL_MALFORMED', 'pickle is damaged'],
  ['a negative stride', one(tensor({ strides: [-1] })), 'MODEL_MALFORMED', 'pickle is damaged'],
  [
    'sizes whose product is no number',
    one(
      tensor({
        shape: Array.from({ length: 9 }, () => 2 ** 30),
        strides: Array.from({ length: 9 }, () => 0),
      }),
    ),
    'MODEL_MALFORMED',
    'impossible shape',
  ],
  ['one number as a billion', one(tensor({ shape: [2 ** 30], strides: [0] })), 'MODEL_MALFORMED', 'repeats'],
  [
    'strides of another rank',
    one(tensor({ shape: [2, 2], strides: [1] })),
    'MODEL_MALFORMED',
    'impossible strides',
  ],
  [
    'seventeen axes',
    one(tensor({ shape: Array.from({ length: 17 }, () => 1), strides: Array.from({ length: 17 }, () => 1) })),
    'MODEL_MALFORMED',
    'impossible shape',
  ],
  [
    'a storage of no type',
    one(tensor({ type: 'UntypedStorage', elements: 16 })),
    'MODEL_MALFORMED',
    'without storage',
  ],
  [
    'an unknown storage',
    one(tensor({ type: 'ComplexFloatStorage' })),
    'CHECKPOINT_CODE',
    '"torch.ComplexFloatStorage"',
  ],
  [
    '10,000 tensors',
    pytorch(
      pickle(
        dict(
          ...Array.from({ length: 10_000 }, (_, at): [string, Uint8Array] => [
            `layer.${at}.weight`,
            tensor(),
          ]),
        ),
      ),
    ),
    'read',
    '',
  ],
]

const long63: Case = [
  'a storage of 2^62 elements',
  one(
    call(
      name('torch._utils', '_rebuild_tensor_v2'),
      ops(
        tuple(text('storage'), name('torch', 'FloatStorage'), text('0'), text('cpu'), long(2n ** 62n)),
        'Q',
      ),
    ),
  ),
  'MODEL_MALFORMED',
  'pickle is damaged',
]

/** Zips of torch.save whose pickle asks for code, is damaged, or says what cannot be. */
export const pickled: readonly Case[] = [...code, ...pickles, ...shapes, long63]
