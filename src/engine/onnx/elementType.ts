import { TensorProto_DataType as T } from './schema/onnx_pb.js'

/** Element types, by their NumPy names. */
export type ElementType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'uint64'
  | 'int64'
  | 'bool'
  | 'string'
  | 'complex64'
  | 'complex128'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'uint4'
  | 'int4'

const table: Record<ElementType, { code: T; bytes: number }> = {
  float32: { code: T.FLOAT, bytes: 4 },
  float64: { code: T.DOUBLE, bytes: 8 },
  float16: { code: T.FLOAT16, bytes: 2 },
  bfloat16: { code: T.BFLOAT16, bytes: 2 },
  uint8: { code: T.UINT8, bytes: 1 },
  int8: { code: T.INT8, bytes: 1 },
  uint16: { code: T.UINT16, bytes: 2 },
  int16: { code: T.INT16, bytes: 2 },
  uint32: { code: T.UINT32, bytes: 4 },
  int32: { code: T.INT32, bytes: 4 },
  uint64: { code: T.UINT64, bytes: 8 },
  int64: { code: T.INT64, bytes: 8 },
  bool: { code: T.BOOL, bytes: 1 },
  string: { code: T.STRING, bytes: 0 },
  complex64: { code: T.COMPLEX64, bytes: 8 },
  complex128: { code: T.COMPLEX128, bytes: 16 },
  float8e4m3fn: { code: T.FLOAT8E4M3FN, bytes: 1 },
  float8e4m3fnuz: { code: T.FLOAT8E4M3FNUZ, bytes: 1 },
  float8e5m2: { code: T.FLOAT8E5M2, bytes: 1 },
  float8e5m2fnuz: { code: T.FLOAT8E5M2FNUZ, bytes: 1 },
  uint4: { code: T.UINT4, bytes: 0.5 },
  int4: { code: T.INT4, bytes: 0.5 },
}

const byCode = new Map<number, ElementType>()
for (const [name, { code }] of Object.entries(table)) if (isElementType(name)) byCode.set(code, name)

function isElementType(name: string): name is ElementType {
  return name in table
}

export const elementTypeOf = (code: number): ElementType | undefined => byCode.get(code)
export const codeOf = (type: ElementType): number => table[type].code

/** Bytes of `count` elements; 0 for strings, which have no fixed size. */
export const byteLength = (type: ElementType, count: number): number => Math.ceil(table[type].bytes * count)
