/** Header of a NumPy file (format 1.0) for little-endian float32 in C order. The values follow it in the file. */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tuple}), }`
  const magic = [0x93, ...Buffer.from('NUMPY'), 1, 0]
  const length = Math.ceil((magic.length + 2 + text.length + 1) / 64) * 64
  const padded = text.padEnd(length - magic.length - 3) + '\n'
  return Buffer.concat([
    Uint8Array.from([...magic, padded.length & 0xff, padded.length >> 8]),
    Buffer.from(padded, 'latin1'),
  ])
}
