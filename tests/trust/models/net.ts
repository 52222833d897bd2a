import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as kinds,
  ModelProtoSchema,
  TensorProto_DataType as types,
  type AttributeProtoSchema,
  type FunctionProtoSchema,
  type GraphProtoSchema,
  type NodeProtoSchema,
} from '#engine/onnx/schema/onnx_pb.js'

export type Node = MessageInitShape<typeof NodeProtoSchema>
export type Attributes = Record<string, bigint | readonly bigint[] | number | readonly number[] | string>

/** A node; whole numbers are given as bigint, others are floats. */
export function node(opType: string, input: string[], output: string, attributes: Attributes = {}): Node {
  const attribute = Object.entries(attributes).map(
    ([name, value]): MessageInitShape<typeof AttributeProtoSchema> => {
      if (typeof value === 'bigint') return { name, type: kinds.INT, i: value }
      if (typeof value === 'number') return { name, type: kinds.FLOAT, f: value }
      if (typeof value === 'string') return { name, type: kinds.STRING, s: new TextEncoder().encode(value) }
      const ints = value.filter((item) => typeof item === 'bigint')
      if (ints.length === value.length) return { name, type: kinds.INTS, ints }
      return { name, type: kinds.FLOATS, floats: value.map(Number) }
    },
  )
  return { name: output, opType, input, output: [output], attribute }
}

export const floats = (name: string, dims: readonly bigint[], values: readonly number[]) => ({
  name,
  dataType: types.FLOAT,
  dims: [...dims],
  rawData: new Uint8Array(Float32Array.from(values).buffer),
})

export const integers = (name: string, values: readonly bigint[]) => ({
  name,
  dataType: types.INT64,
  dims: [BigInt(values.length)],
  rawData: new Uint8Array(BigInt64Array.from(values).buffer),
})

/** A value of float32; a dimension is a size, or a name. */
export const value = (name: string, dims: readonly (bigint | string)[], elemType: number = types.FLOAT) => ({
  name,
  type: {
    value: {
      case: 'tensorType' as const,
      value: {
        elemType,
        shape: {
          dim: dims.map((dim) => ({
            value:
              typeof dim === 'string'
                ? { case: 'dimParam' as const, value: dim }
                : { case: 'dimValue' as const, value: dim },
          })),
        },
      },
    },
  },
})

/** What is changed in the small network; see `net`. */
export interface Change {
  opset?: bigint
  irVersion?: bigint
  input?: readonly (bigint | string)[]
  inputType?: number
  output?: readonly (bigint | string)[]
  conv?: Attributes
  /** Nodes between the convolution (`c`, [N,4,H,W]) and the pooling. The last one writes `m`. */
  middle?: Node[]
  /** Nodes in place of pooling and matrix; the last one writes `output`. */
  head?: Node[]
  weights?: NonNullable<MessageInitShape<typeof GraphProtoSchema>['initializer']>
  /** Shape of the kernels, [4,3,3,3] in a sound network. */
  kernels?: readonly bigint[]
  opsets?: { domain: string; version: bigint }[]
  functions?: MessageInitShape<typeof FunctionProtoSchema>[]
  sparse?: NonNullable<MessageInitShape<typeof GraphProtoSchema>['sparseInitializer']>
  metadata?: Record<string, string>
  /** Text of the JSON file beside the model. */
  sidecar?: string
  /** The bytes of the model, in place of the network. */
  bytes?: () => Uint8Array
}

const sound = { kernel_shape: [3n, 3n], pads: [1n, 1n, 1n, 1n], strides: [1n, 1n], group: 1n }

/** A network of one convolution, pooling and a matrix to ten classes, with what is changed in it. It is sound without changes. */
export function net(change: Change = {}): Uint8Array {
  if (change.bytes) return change.bytes()
  const { input = ['batch', 3n, 32n, 32n], output = ['batch', 10n], kernels = [4n, 3n, 3n, 3n] } = change
  const { middle = [node('Relu', ['c'], 'm')], weights = [] } = change
  const count = kernels.reduce((product, size) => product * size, 1n)
  const head = change.head ?? [
    node('GlobalAveragePool', ['m'], 'pooled'),
    node('Flatten', ['pooled'], 'flat', { axis: 1n }),
    node('Gemm', ['flat', 'matrix'], 'output'),
  ]
  const model = create(ModelProtoSchema, {
    irVersion: change.irVersion ?? 8n,
    opsetImport: change.opsets ?? [{ domain: '', version: change.opset ?? 17n }],
    functions: change.functions ?? [],
    metadataProps: Object.entries(change.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'hostile',
      sparseInitializer: change.sparse ?? [],
      node: [node('Conv', ['input', 'kernels'], 'c', { ...sound, ...change.conv }), ...middle, ...head],
      initializer: [
        floats(
          'kernels',
          kernels,
          Array.from({ length: Number(count) }, (_, at) => Math.sin(at)),
        ),
        floats(
          'matrix',
          [4n, 10n],
          Array.from({ length: 40 }, (_, at) => Math.cos(at)),
        ),
        ...weights,
      ],
      input: [value('input', input, change.inputType ?? types.FLOAT)],
      output: [value('output', output)],
    },
  })
  return toBinary(ModelProtoSchema, model)
}

/** A change that puts an operator between the convolution and the head. */
export const middle = (
  op: string,
  inputs: string[],
  attributes: Attributes = {},
  weights: Change['weights'] = [],
): Change => ({
  middle: [node(op, ['c', ...inputs], 'm', attributes)],
  weights,
})
