import { create } from '@bufbuild/protobuf'
import { KernelscopeError } from '#shared/errors.ts'
import { codeOf, elementTypeOf, type ElementType } from '../elementType.ts'
import { piecesOfTensor } from '../file/bytes.ts'
import { denseBytes } from '../file/typedData.ts'
import { float32Of } from '../float32Of.ts'
import { elementCount, intOf, type Graph, type Node, type Tensor, type Value } from '../graph.ts'
import {
  AttributeProtoSchema,
  TensorProtoSchema,
  type AttributeProto,
  type TensorProto,
} from '../schema/onnx_pb.js'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { int, renameUses } from './build.ts'

type Half = 'float16' | 'bfloat16'

const isHalf = (type: string | undefined): type is Half => type === 'float16' || type === 'bfloat16'

const toFloat32 = codeOf('float32')

/**
 * The same network in float32: float16 (and bfloat16) constants, inputs and outputs become float32, conversions to float16
 * become conversions to float32, and those that then convert nothing are left out. Values of constants are the same; they
 * are widened piece by piece whenever they are read.
 *
 * @throws MODEL_UNSUPPORTED where a node has a subgraph (of If or Loop), because subgraphs are not rewritten
 */
export function float32Copy(graph: Graph): Graph {
  const nested = graph.nodes.find((node) =>
    Object.values(node.attributes).some(
      (one) => one.kind === 'opaque' && (one.proto.g ?? one.proto.graphs[0]),
    ),
  )
  if (nested)
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `node ${nested.name}: ${nested.op} has a subgraph, which is not converted to float32`,
    )
  return withoutIdleCasts({
    ...graph,
    inputs: graph.inputs.map(widenedValue),
    outputs: graph.outputs.map(widenedValue),
    nodes: graph.nodes.map(widenedNode),
    tensors: new Map([...graph.tensors].map(([name, tensor]) => [name, widenedTensor(tensor)])),
  })
}

const widenedValue = (value: Value): Value => (isHalf(value.type) ? { ...value, type: 'float32' } : value)

function widenedNode(node: Node): Node {
  const to = node.op === 'Cast' ? elementTypeOf(intOf(node, 'to', toFloat32)) : undefined
  if (isHalf(to)) return { ...node, attributes: { ...node.attributes, to: int(toFloat32) } }
  const { value } = node.attributes
  if (node.op !== 'ConstantOfShape' || value?.kind !== 'opaque' || !value.proto.t) return node
  const filled = elementTypeOf(value.proto.t.dataType)
  return isHalf(filled) ? filledInFloat32(node, value.proto, value.proto.t, filled) : node
}

/** ConstantOfShape whose one value is given as float32. */
function filledInFloat32(node: Node, proto: AttributeProto, t: TensorProto, type: Half): Node {
  const bytes = denseBytes(t, type) ?? new Uint8Array(2)
  const value = create(TensorProtoSchema, {
    dataType: codeOf('float32'),
    dims: t.dims,
    rawData: widened(bytes, type),
  })
  const changed = create(AttributeProtoSchema, { name: proto.name, type: proto.type, t: value })
  return {
    ...node,
    attributes: { ...node.attributes, value: { kind: 'opaque', proto: changed, captures: [] } },
  }
}

function widenedTensor(tensor: Tensor): Tensor {
  const { type, shape, data } = tensor
  if (!isHalf(type)) return tensor
  if (data.kind === 'inline')
    return { ...tensor, type: 'float32', data: { kind: 'inline', bytes: widened(data.bytes, type) } }
  const pieces = async function* () {
    for await (const piece of piecesOfTensor(tensor)) yield widened(piece, type)
  }
  return { ...tensor, type: 'float32', data: { kind: 'made', length: 4 * elementCount(shape), pieces } }
}

function widened(bytes: Uint8Array, type: Half): Uint8Array {
  // A copy is aligned.
  const { buffer, byteOffset, byteLength } = float32Of(new Uint8Array(bytes), type)
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Leaves out conversions of float32 to float32. One whose result is an output of the graph stays. */
function withoutIdleCasts(graph: Graph): Graph {
  const shapes = inferShapes(graph, inputSizes(graph))
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const typeOf = (name: string): ElementType | 'other' | undefined => shapes.get(name)?.type
  const sources = new Map<string, string>()
  for (const { op, domain, inputs, outputs: made, attributes } of graph.nodes) {
    const [from = ''] = inputs
    const [to = ''] = made
    if (op !== 'Cast' || domain !== '' || outputs.has(to)) continue
    if (attributes['to']?.kind !== 'int' || attributes['to'].value !== toFloat32) continue
    if (typeOf(from) === 'float32') sources.set(to, sources.get(from) ?? from)
  }
  const kept = graph.nodes.filter(({ outputs: made }) => !sources.has(made[0] ?? ''))
  return { ...graph, nodes: renameUses(kept, sources) }
}
