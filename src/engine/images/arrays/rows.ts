import { basename } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import type { Picture } from '../picture.ts'
import { longestHeader, readArrayHeader } from './header.ts'
import { isPickled, pickledBatch } from './pickled.ts'
import type { RowPath } from './rowPath.ts'
import { LruMap } from '../../base/lruMap.ts'
import { fileState, withBytes, type RandomAccess } from '../../archives/index.ts'

/** Layout of the rows of a file. */
export interface Rows {
  count: number
  height: number
  width: number
  /** Byte at which the pixels of the first row begin, and bytes from one row to the next. */
  offset: number
  stride: number
  /** hwc: pixel by pixel; chw: one plane per colour, as CIFAR's authors publish it. */
  order: 'hwc' | 'chw'
  /** Time of the file's last change, in whole milliseconds since 1970. */
  mtime: number
}

const largestSide = 4096
const cifarSide = 32
const cifarPixels = cifarSide * cifarSide * 3

/** Label bytes before the pixels of a record: one in CIFAR-10; two in CIFAR-100, coarse and fine. */
export const labelBytes = (file: string): number => (/batch/i.test(basename(file)) ? 1 : 2)

/**
 * Reads the layout of an .npy file of images uint8 [N,H,W,3], or of a file of CIFAR's binary or Python version.
 *
 * @throws IMAGE_UNREADABLE where the file has another form
 * @throws FILE_MISSING where there is no such file
 * @throws FILE_UNREADABLE where it cannot be read
 */
export async function rowsOf(file: string): Promise<Rows> {
  if (isPickled(file)) return pickledRows(file)
  return withBytes(file, async (bytes) =>
    file.endsWith('.npy') ? npyRows(bytes, file) : binRows(file, bytes.size, bytes.mtime),
  )
}

async function npyRows({ read, size, mtime }: RandomAccess, file: string): Promise<Rows> {
  const name = basename(file)
  const start = Buffer.alloc(Math.min(size, longestHeader + 12))
  await read(start, 0)
  const { type, shape, offset } = readArrayHeader(start, size, name)
  const [count = 0, height = 0, width = 0, channels] = shape
  if (type !== '|u1' || shape.length !== 4 || channels !== 3 || Math.max(height, width) > largestSide)
    throw new KernelscopeError(
      'IMAGE_UNREADABLE',
      `${name} holds no images: it is ${type} of shape (${shape.join(', ')}), not |u1 of (N, H, W, 3)`,
    )
  return { count, height, width, offset, stride: height * width * 3, order: 'hwc', mtime }
}

async function pickledRows(file: string): Promise<Rows> {
  const [{ count, offset }, state] = [await pickledBatch(file), await fileState(file)]
  const sides = { height: cifarSide, width: cifarSide, offset, order: 'chw' as const }
  return { count, ...sides, stride: cifarPixels, mtime: state?.mtime ?? 0 }
}

function binRows(file: string, size: number, mtime: number): Rows {
  const labels = labelBytes(file)
  const stride = labels + cifarPixels
  if (size === 0 || size % stride !== 0)
    throw new KernelscopeError(
      'IMAGE_UNREADABLE',
      `${basename(file)} has ${size} bytes, not a multiple of the ${stride} bytes of a record`,
    )
  const sides = { height: cifarSide, width: cifarSide, offset: labels, order: 'chw' as const }
  return { count: size / stride, ...sides, stride, mtime }
}

/** Layouts of the files read last. */
const known = new LruMap<string, Rows>(100)

/** The layout of a file that may have been read before. Throws like `rowsOf`. */
export async function rowsKnown(file: string): Promise<Rows> {
  const found = known.get(file)
  if (found && found.mtime === (await fileState(file))?.mtime) return found
  const read = await rowsOf(file)
  known.set(file, read)
  return read
}

export interface Row {
  picture: Picture
  mtime: number
}

/**
 * Reads the pixels of one row. Only the bytes of that row are read.
 *
 * @throws IMAGE_UNREADABLE where there is no such row, or the file has another form
 * @throws FILE_MISSING where there is no such file
 * @throws FILE_UNREADABLE where it cannot be read
 */
export async function readRow({ file, severity, index }: RowPath): Promise<Row> {
  const rows = await rowsKnown(file)
  const { height, width, order, mtime } = rows
  const perSeverity = severity === null ? rows.count : Math.floor(rows.count / 5)
  if (index >= perSeverity)
    throw new KernelscopeError('IMAGE_UNREADABLE', `${basename(file)} has no row ${index}`, {
      hint: 'Index the dataset again.',
    })
  const row = severity === null ? index : (severity - 1) * perSeverity + index
  const bytes = new Uint8Array(height * width * 3)
  const read = await withBytes(file, (source) => source.read(bytes, rows.offset + row * rows.stride))
  if (read !== bytes.length)
    throw new KernelscopeError('IMAGE_UNREADABLE', `${basename(file)} ends inside row ${row}`)
  return { picture: { pixels: order === 'hwc' ? bytes : interleaved(bytes), height, width }, mtime }
}

/** Reorders colour planes [3,H,W] to pixels [H,W,3]. */
function interleaved(planes: Uint8Array): Uint8Array {
  const size = planes.length / 3
  const pixels = new Uint8Array(planes.length)
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < size; i++) pixels[3 * i + channel] = planes[channel * size + i] ?? 0
  return pixels
}
