import type { StoredTensor } from '../checkpoint.ts'
import { bytesOf, contiguous } from '../containers/tensors.ts'
import { bytesOfTensor } from './bytes.ts'
import { float32Of } from '../../onnx/index.ts'

/** Largest span of a storage that a view is taken from at once, in bytes. */
const mostSpan = 2 ** 26

/**
 * The values of a stored tensor as float32, row-major, piece by piece.
 *
 * @throws the errors of `bytesOfTensor`
 */
export async function* valuesOfTensor(
  tensor: StoredTensor,
): AsyncGenerator<Float32Array<ArrayBuffer>, void, undefined> {
  const { shape, strides, type, length } = tensor
  if (shape.includes(0)) return
  if (strides === null) {
    for await (const bytes of bytesOfTensor(tensor)) yield float32Of(bytes, type)
    return
  }
  if (length > mostSpan && shape.length > 1) {
    yield* alongFirstAxis(tensor, strides)
    return
  }
  yield gathered(await joined(bytesOfTensor(tensor), length), tensor, strides)
}

/**
 * All values of a stored tensor as float32, row-major in its shape.
 *
 * @throws the errors of `bytesOfTensor`
 */
export async function readStored(tensor: StoredTensor): Promise<Float32Array> {
  const result = new Float32Array(tensor.shape.reduce((product, dim) => product * dim, 1))
  let at = 0
  for await (const values of valuesOfTensor(tensor)) {
    result.set(values, at)
    at += values.length
  }
  return result
}

async function* alongFirstAxis(
  tensor: StoredTensor,
  [step = 0, ...strides]: readonly number[],
): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const [count = 0, ...shape] = tensor.shape
  const width = bytesOf[tensor.type]
  const last = shape.reduce((sum, dim, axis) => sum + (dim - 1) * (strides[axis] ?? 0), 0)
  const dense = contiguous(shape).every((dim, axis) => dim === strides[axis])
  for (let index = 0; index < count; index++)
    yield* valuesOfTensor({
      ...tensor,
      shape,
      strides: dense ? null : strides,
      offset: tensor.offset + index * step * width,
      length: (last + 1) * width,
    })
}

async function joined(pieces: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const result = new Uint8Array(length)
  let at = 0
  for await (const piece of pieces) {
    result.set(piece, at)
    at += piece.length
  }
  return result
}

/** Values of a view in the order of its own axes. */
function gathered(
  bytes: Uint8Array<ArrayBuffer>,
  { shape, type }: StoredTensor,
  strides: readonly number[],
): Float32Array<ArrayBuffer> {
  const source = float32Of(bytes, type)
  const result = new Float32Array(shape.reduce((product, dim) => product * dim, 1))
  const at = shape.map(() => 0)
  let from = 0
  for (let index = 0; index < result.length; index++) {
    result[index] = source[from] ?? 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1
      from += strides[axis] ?? 0
      at[axis] = (at[axis] ?? 0) + 1
      if ((at[axis] ?? 0) < size) break
      from -= (strides[axis] ?? 0) * size
      at[axis] = 0
    }
  }
  return result
}
