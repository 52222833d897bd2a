import type { StoredTensor, TensorType } from '../checkpoint.ts'
import { quoted, type Refuse } from './refuse.ts'

/** Bytes of one element. */
export const bytesOf: Record<TensorType, number> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
}

/** Most axes of a tensor. */
const mostAxes = 16
/** Most tensors of a checkpoint. The largest networks have a few thousand. */
export const mostTensors = 200_000

/** Where a tensor claims to lie in a storage. */
export interface Claim {
  name: string
  type: TensorType
  shape: readonly number[]
  /** In elements; null: contiguous, row-major. */
  strides: readonly number[] | null
  /** Of the first element in the storage, in bytes. */
  at: number
}

/** A range of bytes: `start` in the file, or in the inflated entry. */
export interface Storage {
  file: string
  start: number
  bytes: number
  entry: string | null
}

/** Strides of a contiguous, row-major tensor, in elements. */
export function contiguous(shape: readonly number[]): number[] {
  const strides: number[] = []
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= Math.max(1, shape[axis] ?? 1)
  }
  return strides
}

/**
 * Places a tensor in its storage.
 *
 * @throws MODEL_MALFORMED where shape or strides are impossible, or it reaches beyond the storage
 */
export function placed(
  { name, type, shape, strides, at }: Claim,
  storage: Storage,
  refuse: Refuse,
): StoredTensor {
  const fail = (reason: string) => refuse.malformed(`tensor ${quoted(name)} ${reason}`)
  const size = (value: number) => Number.isSafeInteger(value) && value >= 0
  if (shape.length > mostAxes || !shape.every(size)) throw fail('has an impossible shape')
  if (strides && (strides.length !== shape.length || !strides.every(size)))
    throw fail('has impossible strides')
  const steps = strides ?? contiguous(shape)
  const empty = shape.includes(0)
  const last = empty ? -1 : shape.reduce((sum, dim, axis) => sum + (dim - 1) * (steps[axis] ?? 0), 0)
  const elements = shape.reduce((product, dim) => product * dim, 1)
  const length = (last + 1) * bytesOf[type]
  if (!Number.isSafeInteger(elements) || !Number.isSafeInteger(length)) throw fail('has an impossible shape')
  if (!size(at) || at + length > storage.bytes)
    throw fail(`needs bytes ${at} to ${at + length} of a storage that has ${storage.bytes}`)
  const dense = contiguous(shape).every((step, axis) => (shape[axis] ?? 1) <= 1 || step === steps[axis])
  // A tensor that is spread over a storage has no more elements than the storage.
  if (elements * bytesOf[type] > Math.max(length, 0) && !dense && elements > 2 ** 28)
    throw fail('repeats its elements too often')
  return {
    name,
    type,
    shape,
    strides: dense ? null : steps,
    file: storage.file,
    offset: storage.start + at,
    length,
    entry: storage.entry,
  }
}
