import { inflateSync } from 'node:zlib'

/** Bytes of a table's entry in WOFF and in the font that it holds; of the headers before the entries. */
const [packedEntry, entry] = [20, 16]
const [packedHead, head] = [44, 12]

/**
 * The font that a WOFF file holds, as a TrueType or OpenType file: the same tables, unpacked.
 *
 * Source: W3C, WOFF File Format 1.0.
 *
 * @param woff a file of our own, which is not checked
 */
export function unpackedFont(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12)
  const largest = 2 ** Math.floor(Math.log2(count))
  const start = Buffer.alloc(head + entry * count)
  woff.copy(start, 0, 4, 8)
  start.writeUInt16BE(count, 4)
  start.writeUInt16BE(entry * largest, 6)
  start.writeUInt16BE(Math.log2(largest), 8)
  start.writeUInt16BE(entry * (count - largest), 10)
  const parts: Buffer[] = [start]
  let at = start.length
  for (let table = 0; table < count; table++) {
    const from = packedHead + packedEntry * table
    const [offset, packed, length] = [4, 8, 12].map((field) => woff.readUInt32BE(from + field))
    const stored = woff.subarray(offset, (offset ?? 0) + (packed ?? 0))
    const bytes = packed === length ? stored : inflateSync(stored)
    const to = head + entry * table
    // Its tag and its checksum.
    woff.copy(start, to, from, from + 4)
    woff.copy(start, to + 4, from + 16, from + 20)
    start.writeUInt32BE(at, to + 8)
    start.writeUInt32BE(bytes.length, to + 12)
    const padding = Buffer.alloc(-bytes.length & 3)
    parts.push(bytes, padding)
    at += bytes.length + padding.length
  }
  return Buffer.concat(parts)
}
