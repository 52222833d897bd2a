import type { ElementType } from './elementType.ts'
import { halfToNumber } from './numbers.ts'

/** Element types that are read as numbers. */
export type RealType = Extract<
  ElementType,
  'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool'
>

/** float32 of every float16, by its bits; made when it is first needed (256 KiB). */
let halves: Float32Array | undefined

/**
 * Little-endian elements as float32: float64 and integers are rounded, float16 and bfloat16 are exact.
 *
 * @param bytes whole elements at the start of an aligned buffer
 */
export function float32Of(bytes: Uint8Array<ArrayBuffer>, type: RealType): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes
  switch (type) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, byteLength / 4)
    case 'float64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, byteLength / 8))
    case 'float16': {
      const table = (halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfToNumber(bits)))
      const source = new Uint16Array(buffer, byteOffset, byteLength / 2)
      const result = new Float32Array(source.length)
      for (let index = 0; index < source.length; index++) result[index] = table[source[index] ?? 0] ?? 0
      return result
    }
    case 'bfloat16': {
      // The upper half of a float32.
      const source = new Uint16Array(buffer, byteOffset, byteLength / 2)
      const bits = new Uint32Array(source.length)
      for (let index = 0; index < source.length; index++) bits[index] = (source[index] ?? 0) << 16
      return new Float32Array(bits.buffer)
    }
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, byteLength / 8), Number)
    case 'int32':
      return Float32Array.from(new Int32Array(buffer, byteOffset, byteLength / 4))
    case 'int16':
      return Float32Array.from(new Int16Array(buffer, byteOffset, byteLength / 2))
    case 'int8':
      return Float32Array.from(new Int8Array(buffer, byteOffset, byteLength))
    case 'uint8':
    case 'bool':
      return Float32Array.from(bytes)
  }
}
