import {
  dict,
  int,
  npy,
  ops,
  pickle,
  pytorch,
  safetensors,
  tensor,
  text,
  zip,
} from '../../trust/checkpoints/bytes.ts'
import { valuesOf, type Golden } from './golden.ts'

/** The checkpoint of a golden as safetensors; in float16 the values are rounded. */
export function storedGolden(golden: Golden, type: 'F32' | 'F16' = 'F32'): Buffer {
  const header: Record<string, unknown> = {}
  const values: Buffer[] = []
  let at = 0
  for (const [key, [shape]] of Object.entries(golden.tensors)) {
    const own = valuesOf(golden, key)
    const { buffer } = type === 'F32' ? own : Float16Array.from(own)
    header[key] = { dtype: type, shape, data_offsets: [at, at + buffer.byteLength] }
    at += buffer.byteLength
    values.push(Buffer.from(buffer))
  }
  return Buffer.concat([safetensors(header, 0), ...values])
}

const bytesOf = (golden: Golden, key: string) => Buffer.from(valuesOf(golden, key).buffer)

const stridesOf = (shape: readonly number[]) =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))

/** A state_dict as torch.save pickles it, with a storage for each tensor, under the key of its place. */
function stateDict({ tensors }: Golden, old: boolean): Buffer {
  const entries = Object.entries(tensors).map(([key, [shape]], at): [string, Uint8Array] => {
    const elements = shape.reduce((product, size) => product * size, 1)
    return [key, tensor({ key: `${at}`, elements, shape, strides: stridesOf(shape), old })]
  })
  return dict(['state_dict', dict(...entries)], ['epoch', int(90)])
}

/** As torch.save writes it: a zip. */
function pytorchZip(golden: Golden): Promise<Buffer> {
  const keys = Object.keys(golden.tensors)
  const storages = Object.fromEntries(keys.map((key, at) => [`${at}`, bytesOf(golden, key)]))
  return pytorch(pickle(stateDict(golden, false)), storages)
}

/** As torch.save wrote it before PyTorch 1.6 (torch/serialization.py, _legacy_save). */
function pytorchLegacy(golden: Golden): Buffer {
  const keys = Object.keys(golden.tensors)
  const magic = ops('\x8a\x0a', Buffer.from('6cfc9c46f9206aa85019', 'hex'))
  const storages = keys.flatMap((key) => {
    const bytes = bytesOf(golden, key)
    const elements = Buffer.alloc(8)
    elements.writeBigInt64LE(BigInt(bytes.length / 4))
    return [elements, bytes]
  })
  return Buffer.concat([
    pickle(magic),
    pickle(int(1001)),
    pickle(dict(['little_endian', '\x88'])),
    pickle(stateDict(golden, true)),
    pickle(ops(']', '(', ...keys.map((_, at) => text(`${at}`)), 'e')),
    ...storages,
  ])
}

/** As numpy.savez writes it. */
const npz = (golden: Golden): Promise<Buffer> =>
  zip(
    Object.fromEntries(
      Object.entries(golden.tensors).map(([key, [shape]]) => {
        const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.map((size) => `${size},`).join(' ')}), }\n`
        return [`${key}.npy`, Buffer.concat([npy(header, 0), bytesOf(golden, key)])]
      }),
    ),
  )

/** Containers that checkpoints are published in, with the name of a file and what writes it. */
export const containers = {
  safetensors: {
    file: 'checkpoint.safetensors',
    store: (golden: Golden) => Promise.resolve(storedGolden(golden)),
  },
  'pytorch-zip': { file: 'checkpoint.pth', store: pytorchZip },
  'pytorch-legacy': {
    file: 'checkpoint-old.pth.tar',
    store: (golden: Golden) => Promise.resolve(pytorchLegacy(golden)),
  },
  npz: { file: 'checkpoint.npz', store: npz },
}
