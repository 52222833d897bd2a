import { crc32 } from 'node:zlib'

/** A value as SQLite gives it. */
export type Stored = number | string | Uint8Array | null

const scratch = Buffer.alloc(4096)
const view = new DataView(scratch.buffer, scratch.byteOffset)
/** Longer values are read where they lie. */
const short = 1024
const ofNull = 0
const ofNumber = 1
const ofText = 2
const ofBytes = 3

/**
 * Digest of the values of a row: CRC-32 over their types, lengths and bytes, which every change of a single byte changes.
 * Trailing nulls do not count, so that a column that is added later leaves the digests of earlier rows as they are. Numbers
 * are float64; a NaN is stored as null, and so is its digest.
 */
export function rowDigest(values: readonly Stored[]): number {
  let count = values.length
  while (count > 0 && isNull(values[count - 1])) count--
  let [crc, at] = [0, 0]
  for (let place = 0; place < count; place++) {
    const value = values[place] ?? null
    if (at > scratch.length - short - 9) [crc, at] = [crc32(scratch.subarray(0, at), crc), 0]
    if (isNull(value)) scratch[at++] = ofNull
    else if (typeof value === 'number') {
      scratch[at] = ofNumber
      // Adding zero makes -0 the 0 that SQLite stores.
      view.setFloat64(at + 1, value + 0)
      at += 9
    } else if (value !== null) {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value
      scratch[at] = typeof value === 'string' ? ofText : ofBytes
      view.setUint32(at + 1, bytes.length)
      at += 5
      if (bytes.length > short) [crc, at] = [crc32(bytes, crc32(scratch.subarray(0, at), crc)), 0]
      else {
        scratch.set(bytes, at)
        at += bytes.length
      }
    }
  }
  return crc32(scratch.subarray(0, at), crc)
}

const isNull = (value: Stored | undefined): boolean =>
  value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))
