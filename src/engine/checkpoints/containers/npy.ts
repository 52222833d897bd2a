import type { TensorType } from '../checkpoint.ts'
import { quoted, type Refuse } from './refuse.ts'

/** Most bytes of an array's header. Those that NumPy writes have 128. */
export const npyHeaderBytes = 4096

const types: Record<string, TensorType> = {
  '<f8': 'float64',
  '<f4': 'float32',
  '<f2': 'float16',
  '<i8': 'int64',
  '<i4': 'int32',
  '<i2': 'int16',
  '|i1': 'int8',
  '|u1': 'uint8',
  '|b1': 'bool',
}

const magic = Buffer.from('\x93NUMPY', 'latin1')
const form =
  /^\{\s*'descr':\s*'([^']*)',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(((?:\d+,?\s*)*)\),?\s*\}\s*$/

/** What the header of an array says. */
export interface NpyHeader {
  type: TensorType
  shape: number[]
  /** Whether the first axis runs fastest. */
  fortran: boolean
  /** Bytes before the values. */
  length: number
}

/**
 * Reads the header of an array: magic, version, length, and a dictionary of Python's as text (numpy/lib/format).
 *
 * @param head the first bytes of the file
 * @throws MODEL_MALFORMED where it is no header
 * @throws MODEL_UNSUPPORTED where the values have a type that is not read
 */
export function npyHeader(head: Buffer, name: string, refuse: Refuse): NpyHeader {
  const fail = (reason: string) => refuse.malformed(`array ${quoted(name)} ${reason}`)
  if (head.length < 12 || !head.subarray(0, magic.length).equals(magic)) throw fail('is not one of NumPy')
  const wide = (head[6] ?? 0) >= 2
  const before = wide ? 12 : 10
  const length = before + (wide ? head.readUInt32LE(8) : head.readUInt16LE(8))
  if (length > head.length) throw fail('has a header that is too long or ends too early')
  const [, descr, fortran, dims] = form.exec(head.subarray(before, length).toString('latin1')) ?? []
  if (descr === undefined || dims === undefined) {
    const structured = head.subarray(before, length).toString('latin1').includes("'descr': [")
    throw structured
      ? refuse.unsupported(`array ${quoted(name)} has columns of its own`)
      : fail('has a damaged header')
  }
  const type = Object.hasOwn(types, descr) ? types[descr] : undefined
  if (!type)
    throw refuse.unsupported(`array ${quoted(name)} has the type ${quoted(descr)}, which is not read`)
  const shape = dims.split(',').flatMap((dim) => (dim.trim() === '' ? [] : [Number(dim)]))
  return { type, shape, fortran: fortran === 'True', length }
}
