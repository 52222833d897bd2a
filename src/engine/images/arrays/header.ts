import { KernelscopeError } from '#shared/errors.ts'

/** The header of an .npy file, checked against the size of the file. */
export interface ArrayHeader {
  /** Element type as numpy writes it, for example "|u1". */
  type: string
  shape: number[]
  /** Byte at which the elements begin. */
  offset: number
}

/** Bytes per element of the supported types. */
const sizes: Readonly<Record<string, number>> = {
  '|u1': 1,
  '|i1': 1,
  '<u2': 2,
  '<i2': 2,
  '<u4': 4,
  '<i4': 4,
  '<i8': 8,
  '<u8': 8,
}

/** Longest header that is read, in bytes. numpy writes a few hundred. */
export const longestHeader = 65_536
const magic = '\x93NUMPY'

/**
 * Reads the header of a numpy array file (format 1 to 3).
 *
 * @param start the first `longestHeader` + 12 bytes of the file, or all of it
 * @param fileBytes size of the file, in bytes
 * @param name name of the file in messages
 * @throws IMAGE_UNREADABLE where the file is not a numpy array, holds pickled objects (which could run code), is in Fortran
 *   order, has another element type, or has another size than its shape needs
 */
export function readArrayHeader(start: Buffer, fileBytes: number, name: string): ArrayHeader {
  const refuse = (why: string) => new KernelscopeError('IMAGE_UNREADABLE', `${name} ${why}`)
  if (start.length < 10 || start.toString('latin1', 0, 6) !== magic) throw refuse('is not a numpy array file')
  const version = start[6] ?? 0
  if (version < 1 || version > 3) throw refuse(`has the unknown format version ${version}`)
  if (version > 1 && start.length < 12) throw refuse('ends inside its header')
  const length = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8)
  const from = version === 1 ? 10 : 12
  if (length > longestHeader) throw refuse(`has a header of ${length} bytes`)
  if (start.length < from + length) throw refuse('ends inside its header')
  const text = start.toString('latin1', from, from + length)
  const type = /'descr':\s*'([^']*)'/.exec(text)?.[1]
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1]
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1]
  if (type === undefined || order === undefined || shape === undefined)
    throw refuse('has a header that is not numpy’s')
  if (type.includes('O')) throw refuse('holds pickled objects, which are not read')
  if (order === 'True') throw refuse('is in Fortran order; save it in C order')
  const size = sizes[type]
  if (size === undefined) throw refuse(`has elements of type ${type}`)
  const sides = shape
    .split(',')
    .map((side) => side.trim())
    .filter((side) => side !== '')
    .map(Number)
  const elements = sides.reduce((product, side) => product * side, 1)
  const expected = from + length + elements * size
  if (sides.some((side) => !Number.isSafeInteger(side) || side < 1) || !Number.isSafeInteger(expected))
    throw refuse(`has the shape (${shape})`)
  if (expected !== fileBytes)
    throw refuse(`has ${fileBytes} bytes where its shape (${sides.join(', ')}) needs ${expected}`)
  return { type, shape: sides, offset: from + length }
}
