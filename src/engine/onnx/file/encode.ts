import { create, toBinary } from '@bufbuild/protobuf'
import { KernelscopeError } from '#shared/errors.ts'
import { codeOf } from '../elementType.ts'
import type { Attribute, Graph, Node, Tensor, Value } from '../graph.ts'
import {
  AttributeProto_AttributeType as A,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
} from '../schema/onnx_pb.js'

/** Location of a tensor's elements outside the graph file. `location` is relative to that file, with '/' separators. */
export interface Placement {
  location: string
  offset: number
  length: number
}

/**
 * Encodes a graph as an ONNX file. Tensors with a placement become external data; the others must be in memory.
 *
 * @throws MODEL_UNSUPPORTED where an input or output is not a tensor, or a constant has strings
 */
export function encodeModel(graph: Graph, placement: ReadonlyMap<string, Placement>): Uint8Array {
  const message = create(ModelProtoSchema, {
    irVersion: BigInt(graph.irVersion),
    producerName: 'kernelscope',
    opsetImport: [...graph.opsets].map(([domain, version]) => ({ domain, version: BigInt(version) })),
    graph: create(GraphProtoSchema, {
      name: graph.name || 'graph',
      node: graph.nodes.map(encodeNode),
      initializer: [...graph.tensors.values()].map((tensor) =>
        encodeTensor(tensor, placement.get(tensor.name)),
      ),
      input: graph.inputs.map(encodeValue),
      output: graph.outputs.map(encodeValue),
    }),
  })
  return toBinary(ModelProtoSchema, message)
}

function encodeNode(node: Node) {
  return create(NodeProtoSchema, {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, attribute]) => encodeAttribute(name, attribute)),
  })
}

/** Clamps to int64. Some old slices have a larger number as end. */
const int64 = (value: number) => BigInt.asIntN(64, clamp(BigInt(Math.round(value))))
const clamp = (value: bigint) =>
  value > 2n ** 63n - 1n ? 2n ** 63n - 1n : value < -(2n ** 63n) ? -(2n ** 63n) : value

function encodeAttribute(name: string, attribute: Attribute): AttributeProto {
  const bytes = (text: string) => new TextEncoder().encode(text)
  switch (attribute.kind) {
    case 'int':
      return create(AttributeProtoSchema, { name, type: A.INT, i: int64(attribute.value) })
    case 'float':
      return create(AttributeProtoSchema, { name, type: A.FLOAT, f: attribute.value })
    case 'string':
      return create(AttributeProtoSchema, { name, type: A.STRING, s: bytes(attribute.value) })
    case 'ints':
      return create(AttributeProtoSchema, { name, type: A.INTS, ints: attribute.value.map(int64) })
    case 'floats':
      return create(AttributeProtoSchema, { name, type: A.FLOATS, floats: [...attribute.value] })
    case 'strings':
      return create(AttributeProtoSchema, { name, type: A.STRINGS, strings: attribute.value.map(bytes) })
    case 'opaque':
      return attribute.proto
  }
}

function encodeTensor(tensor: Tensor, placed: Placement | undefined) {
  const common = { name: tensor.name, dataType: codeOf(tensor.type), dims: tensor.shape.map(BigInt) }
  if (tensor.type === 'string')
    throw new KernelscopeError('MODEL_UNSUPPORTED', `tensor ${tensor.name}: strings are not written`)
  if (!placed) {
    if (tensor.data.kind !== 'inline') throw new RangeError(`tensor ${tensor.name} has no placement`)
    return create(TensorProtoSchema, { ...common, rawData: tensor.data.bytes })
  }
  const entry = (key: string, value: string | number) =>
    create(StringStringEntryProtoSchema, { key, value: String(value) })
  return create(TensorProtoSchema, {
    ...common,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      entry('location', placed.location),
      entry('offset', placed.offset),
      entry('length', placed.length),
    ],
  })
}

function encodeValue({ name, type, shape }: Value) {
  if (type === 'other') throw new KernelscopeError('MODEL_UNSUPPORTED', `${name} is not a tensor`)
  const dim = (size: number | string | null) =>
    size === null
      ? {}
      : { value: typeof size === 'number' ? dimValue(size) : { case: 'dimParam' as const, value: size } }
  const dims = shape === null ? {} : { shape: { dim: shape.map(dim) } }
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: codeOf(type), ...dims } } },
  })
}

const dimValue = (size: number) => ({ case: 'dimValue' as const, value: BigInt(size) })
