import { ZipFile } from 'yazl'

/** A name, the bytes of a file, and the code of its error with a part of its message; "read" where it is sound. */
export type Case = [string, Uint8Array | Promise<Uint8Array>, string, string]

/** A zip with the entries as they are, or deflated. */
export async function zip(entries: Record<string, Uint8Array>, { deflated = false } = {}): Promise<Buffer> {
  const file = new ZipFile()
  for (const [name, bytes] of Object.entries(entries))
    file.addBuffer(Buffer.from(bytes), name, { compress: deflated })
  file.end()
  const pieces: Buffer[] = []
  for await (const piece of file.outputStream) if (Buffer.isBuffer(piece)) pieces.push(piece)
  return Buffer.concat(pieces)
}

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

type Part = string | Uint8Array
/** Operations of a pickle, as bytes or as text of Latin-1. */
export const ops = (...parts: Part[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))

export const text = (value: string): Buffer => ops('X', uint32(Buffer.byteLength(value)), Buffer.from(value))
export const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(5, 'J')
  bytes.writeInt32LE(value, 1)
  return bytes
}
export const name = (module: string, attribute: string): Buffer => ops(`c${module}\n${attribute}\n`)
export const tuple = (...parts: Part[]): Buffer => ops('(', ...parts, 't')
export const call = (callable: Part, ...values: Part[]): Buffer => ops(callable, tuple(...values), 'R')
export const dict = (...pairs: [string, Part][]): Buffer =>
  ops('}', '(', ...pairs.flatMap(([key, value]) => [text(key), value]), 'u')
export const pickle = (...parts: Part[]): Buffer => ops('\x80\x02', ...parts, '.')

/** A tensor of a pickle: four floats of storage "0" unless other numbers are given. */
export const tensor = ({
  key = '0',
  elements = 4,
  offset = 0,
  shape = [4],
  strides = [1],
  type = 'FloatStorage',
  old = false,
}: {
  key?: string
  elements?: number
  offset?: number
  shape?: number[]
  strides?: number[]
  type?: string
  /** As before PyTorch 1.6, with a view of the storage, here none. */
  old?: boolean
} = {}): Buffer =>
  call(
    name('torch._utils', '_rebuild_tensor_v2'),
    ops(
      tuple(
        text('storage'),
        name('torch', type),
        text(key),
        text('cpu'),
        int(elements),
        ...(old ? ['N'] : []),
      ),
      'Q',
    ),
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    '\x89',
    '}',
  )

/** What torch.save writes: a pickle and storages. */
export const pytorch = (
  data: Uint8Array,
  storages: Record<string, Uint8Array> = { '0': Buffer.alloc(16) },
  more: Record<string, Uint8Array> = {},
) =>
  zip({
    'archive/data.pkl': data,
    ...Object.fromEntries(Object.entries(storages).map(([key, bytes]) => [`archive/data/${key}`, bytes])),
    ...more,
  })

/** Safetensors with a header of any text. */
export function safetensors(header: unknown, values = 16, length?: bigint): Buffer {
  const bytes = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const before = Buffer.alloc(8)
  before.writeBigUInt64LE(length ?? BigInt(bytes.length))
  return Buffer.concat([before, bytes, Buffer.alloc(values)])
}

/** An array of NumPy with a header of any text. */
export function npy(header: string, values: number): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16LE(header.length)
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(header),
    Buffer.alloc(values),
  ])
}
