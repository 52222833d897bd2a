import { KernelscopeError } from '#shared/errors.ts'

/** What an .npy file says of itself; nothing is trusted before the size of the file agrees. */
export interface ArrayHeader {
  /** Type of an element as numpy writes it, e.g. "|u1". */
  type: string
  shape: number[]
  /** Where the elements begin. */
  offset: number
}

/** Bytes of the element types that are read. */
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

/** Longest header that is read; numpy's own are a few hundred bytes. */
export const longestHeader = 65_536
const magic = '\x93NUMPY'

/**
 * Reads the header of a numpy array file (format 1 to 3). Refused with IMAGE_UNREADABLE: what is no such file, objects
 * (which are pickled, and could run code), Fortran order, other element types, and a file whose size is not exactly what
 * the shape needs.
 *
 * @param start the first bytes of the file, `longestHeader` + 12 or all of it
 * @param fileBytes size of the file
 * @param name what messages call it
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
