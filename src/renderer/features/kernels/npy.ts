/**
 * A float32 array as NumPy's .npy, version 1.0: magic, header padded to 64 bytes, little-endian data in C order.
 * Source: numpy.lib.format.
 */
export function npy(values: Float32Array, shape: readonly number[]): Blob {
  const written = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`
  const before = 10
  const length = Math.ceil((before + written.length + 1) / 64) * 64
  const header = written.padEnd(length - before - 1, ' ') + '\n'
  const head = new Uint8Array(length)
  head.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length & 255, header.length >> 8])
  head.set(new TextEncoder().encode(header), before)
  const data = new DataView(new ArrayBuffer(4 * values.length))
  for (const [at, value] of values.entries()) data.setFloat32(4 * at, value, true)
  return new Blob([head, data], { type: 'application/octet-stream' })
}
