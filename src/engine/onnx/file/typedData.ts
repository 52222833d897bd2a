import { byteLength, type ElementType } from '../elementType.ts'
import type { TensorProto } from '../schema/onnx_pb.js'

/**
 * The elements of a small tensor as dense little-endian bytes, from whichever field of TensorProto holds them; null where
 * none does.
 */
export function denseBytes(tensor: TensorProto, type: ElementType): Uint8Array | null {
  if (tensor.rawData.length > 0) return tensor.rawData
  if (tensor.floatData.length > 0) return bytesOf(new Float32Array(tensor.floatData))
  if (tensor.doubleData.length > 0) return bytesOf(new Float64Array(tensor.doubleData))
  if (tensor.int64Data.length > 0) return bytesOf(new BigInt64Array(tensor.int64Data))
  if (tensor.uint64Data.length > 0)
    return type === 'uint32'
      ? bytesOf(new Uint32Array(tensor.uint64Data.map(Number)))
      : bytesOf(new BigUint64Array(tensor.uint64Data))
  if (tensor.int32Data.length > 0) return narrowed(tensor.int32Data, type)
  return null
}

/** int32_data holds types of at most 32 bits: one element per entry, for 4-bit types two. */
function narrowed(values: number[], type: ElementType): Uint8Array {
  const width = byteLength(type, 1)
  if (width === 4) return bytesOf(new Int32Array(values))
  return width === 2 ? bytesOf(new Uint16Array(values)) : new Uint8Array(values)
}

/** Typed arrays are little-endian on every machine that Node 24 supports. */
function bytesOf(values: Exclude<NodeJS.TypedArray, Uint8Array>): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
