import type { Tensor } from '../../onnx/index.ts'
import { count, evaluate, unchanged, type Expression } from '../build/index.ts'
import type { Checkpoint, StoredTensor } from '../checkpoint.ts'
import { readStored, valuesOfTensor } from './values.ts'

/**
 * Where the float32 elements of a weight are: in the checkpoint itself where it stores them so, else made from its tensors
 * whenever they are read.
 */
export function dataOf({ tensors }: Checkpoint, expression: Expression): Tensor['data'] {
  const length = count(expression.shape) * 4
  const name = unchanged(expression)
  const tensor = name === null ? undefined : tensors.get(name)
  if (tensor && isInPlace(tensor)) {
    const { file: path, offset } = tensor
    return { kind: 'file', path, offset, length }
  }
  const read = (of: string) => {
    const found = tensors.get(of)
    if (!found) throw new RangeError(`no tensor ${of}`)
    return readStored(found)
  }
  return {
    kind: 'made',
    length,
    pieces: async function* () {
      if (tensor) for await (const values of valuesOfTensor(tensor)) yield bytes(values)
      else yield bytes(await evaluate(expression, read))
    },
  }
}

const isInPlace = ({ type, strides, entry }: StoredTensor): boolean =>
  type === 'float32' && strides === null && entry === null

const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength)
