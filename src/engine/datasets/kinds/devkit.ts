import { inflateSync } from 'node:zlib'
import { KernelscopeError } from '#shared/errors.ts'
import { imagenet1k } from '../../models/index.ts'

const headerBytes = 128
const compressed = 15

/**
 * Reads the WordNet ids by ILSVRC2012 id from the devkit's meta.mat (MATLAB 5, compressed). Its struct array lists the
 * synsets in the order of their ids, the 1000 classes first. So the WordNet ids are read in the order of the file.
 *
 * @throws DATASET_LABELS where the first 1000 ids are not exactly the classes of ImageNet-1k
 */
export function devkitWnids(file: Buffer, path: string): string[] {
  // Characters are stored as bytes or as 16-bit units. Without the zero bytes both are the same text.
  const text = elements(file).toString('latin1').replaceAll('\0', '')
  const wnids = [...new Set(text.match(/n\d{8}/g) ?? [])].slice(0, 1000)
  const sorted = [...wnids].sort()
  if (sorted.length !== 1000 || sorted.some((wnid, index) => wnid !== imagenet1k().wnids[index]))
    throw new KernelscopeError('DATASET_LABELS', `not the meta.mat of the ILSVRC2012 devkit: ${path}`)
  return wnids
}

/** Joins the data elements, decompressed where they are compressed. */
function elements(file: Buffer): Buffer {
  const found: Buffer[] = []
  for (let at = headerBytes; at + 8 <= file.length;) {
    const type = file.readUInt32LE(at)
    const length = file.readUInt32LE(at + 4)
    const data = file.subarray(at + 8, at + 8 + length)
    found.push(type === compressed ? inflateSync(data) : data)
    at += 8 + length
  }
  return Buffer.concat(found)
}
