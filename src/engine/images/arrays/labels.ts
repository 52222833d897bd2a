import { basename } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { withBytes } from '../../archives/index.ts'
import { longestHeader, readArrayHeader } from './header.ts'
import { isPickled, pickledBatch } from './pickled.ts'
import { labelBytes, rowsOf } from './rows.ts'

/** Most labels of a file. */
const mostLabels = 10_000_000

/**
 * Reads the class indices of an .npy file of integers in one dimension.
 *
 * @throws IMAGE_UNREADABLE where the file is not a supported numpy array
 * @throws DATASET_LABELS where it is too large, has more than one dimension, or has a value that is not a class index
 */
export async function readArrayLabels(file: string): Promise<Int32Array> {
  const bytes = await withBytes(file, async ({ size, read }) => {
    if (size > mostLabels * 8 + longestHeader)
      throw new KernelscopeError('DATASET_LABELS', `${basename(file)} is too large for labels`)
    const all = Buffer.alloc(size)
    return all.subarray(0, await read(all, 0))
  })
  const { type, shape, offset } = readArrayHeader(bytes, bytes.length, basename(file))
  const [count = 0] = shape
  if (shape.length !== 1)
    throw new KernelscopeError('DATASET_LABELS', `${basename(file)} has ${shape.length} dimensions, not one`)
  const width = Number(type.slice(2))
  const labels = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const at = offset + i * width
    const value =
      width === 8
        ? Number(bytes.readBigInt64LE(at))
        : type[1] === 'u'
          ? bytes.readUIntLE(at, width)
          : bytes.readIntLE(at, width)
    if (value < 0 || value > 1e6)
      throw new KernelscopeError('DATASET_LABELS', `${basename(file)} has the label ${value}`)
    labels[i] = value
  }
  return labels
}

/**
 * Reads the class indices of a file of CIFAR's Python or binary version. In the latter it is the last byte before the pixels of
 * each record. In CIFAR-100 the fine labels are read.
 *
 * @throws IMAGE_UNREADABLE where the file has another form
 */
export async function readRecordLabels(file: string): Promise<Int32Array> {
  if (isPickled(file)) return (await pickledBatch(file)).labels
  const { count, stride } = await rowsOf(file)
  const before = labelBytes(file)
  const labels = new Int32Array(count)
  await withBytes(file, async ({ read }) => {
    const chunk = Buffer.alloc(stride * 1024)
    for (let from = 0; from < count; from += 1024) {
      const rows = Math.min(1024, count - from)
      await read(chunk.subarray(0, rows * stride), from * stride)
      for (let i = 0; i < rows; i++) labels[from + i] = chunk[i * stride + before - 1] ?? 0
    }
  })
  return labels
}
