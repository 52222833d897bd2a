import type { ElementType } from './elementType.ts'

/**
 * Decodes dense little-endian elements to numbers; null for types that are not real numbers. 64-bit integers are rounded
 * to float64.
 */
export function decodeNumbers(bytes: Uint8Array, type: ElementType): Float64Array | Float32Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const each = (width: number, read: (at: number) => number) =>
    Float64Array.from({ length: Math.floor(bytes.byteLength / width) }, (_, index) => read(index * width))
  switch (type) {
    case 'float32':
      // A copy is aligned; Buffer's slice would share the memory.
      return new Float32Array(new Uint8Array(bytes).buffer)
    case 'float64':
      return each(8, (at) => view.getFloat64(at, true))
    case 'float16':
      return each(2, (at) => halfToNumber(view.getUint16(at, true)))
    case 'bfloat16':
      return new Float32Array(
        Uint32Array.from(
          { length: bytes.byteLength >> 1 },
          (_, index) => view.getUint16(index * 2, true) << 16,
        ).buffer,
      )
    case 'int64':
      return each(8, (at) => Number(view.getBigInt64(at, true)))
    case 'uint64':
      return each(8, (at) => Number(view.getBigUint64(at, true)))
    case 'int32':
      return each(4, (at) => view.getInt32(at, true))
    case 'uint32':
      return each(4, (at) => view.getUint32(at, true))
    case 'int16':
      return each(2, (at) => view.getInt16(at, true))
    case 'uint16':
      return each(2, (at) => view.getUint16(at, true))
    case 'int8':
      return each(1, (at) => view.getInt8(at))
    case 'uint8':
    case 'bool':
      return each(1, (at) => view.getUint8(at))
    default:
      return null
  }
}

/**
 * Encodes numbers as dense little-endian elements.
 *
 * @throws RangeError for unsupported types
 */
export function encodeNumbers(values: ArrayLike<number>, type: ElementType): Uint8Array {
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  switch (type) {
    case 'float32':
      return bytes(Float32Array.from(values))
    case 'float64':
      return bytes(Float64Array.from(values))
    case 'int64':
      return bytes(BigInt64Array.from(Array.from(values), (value) => BigInt(value)))
    case 'int32':
      return bytes(Int32Array.from(values))
    case 'float16':
      return bytes(Uint16Array.from(Array.from(values), numberToHalf))
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values)
    default:
      throw new RangeError(`cannot write numbers as ${type}`)
  }
}

/** Decodes an IEEE 754 binary16. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Rounds to the nearest binary16, ties to even. Numbers that are too large become infinite. */
function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (Number.isNaN(value)) return 0x7e00
  if (size >= 65520) return sign | 0x7c00
  const logarithm = Math.floor(Math.log2(size || 2 ** -15))
  const exponent = Math.max(-14, size < 2 ** logarithm ? logarithm - 1 : logarithm)
  const steps = roundToEven(size / 2 ** (exponent - 10))
  return sign | (steps < 1024 ? steps : ((exponent + 15) << 10) + (steps - 1024))
}

function roundToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
