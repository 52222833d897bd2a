import { elementTypeOf, byteLength } from '../elementType.ts'
import {
  elementCount,
  readsOf,
  type Attribute,
  type Dim,
  type Graph,
  type Node,
  type Tensor,
  type Value,
} from '../graph.ts'
import {
  AttributeProto_AttributeType as A,
  TensorProto_DataLocation,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../schema/onnx_pb.js'
import { constantTensor } from './constants.ts'
import type { ExternalData } from './external.ts'
import type { DataRange } from './skeleton.ts'
import { denseBytes } from './typedData.ts'

/** The model is protobuf but not a valid graph. `message` says what is wrong and where. */
export class GraphError extends Error {}

export interface TensorSources {
  path: string
  located: ReadonlyMap<TensorProto, DataRange>
  external: ExternalData
}

/**
 * Converts the decoded skeleton to a `Graph` and checks that it is valid.
 *
 * @throws GraphError where it is not
 */
export async function decodeGraph(
  model: ModelProto,
  proto: GraphProto,
  sources: TensorSources,
): Promise<Graph> {
  if (proto.sparseInitializer.length > 0) throw new GraphError('sparse initializers are not supported')
  const opsets = new Map(
    model.opsetImport.map((entry) => [entry.domain, versionOf(entry.version, 'operator set')]),
  )
  if (opsets.size === 0) throw new GraphError('no operator set is declared')
  const tensors = new Map<string, Tensor>()
  for (const initializer of proto.initializer) {
    if (initializer.name === '') throw new GraphError('an initializer has no name')
    if (tensors.has(initializer.name)) throw new GraphError(`initializer ${initializer.name} occurs twice`)
    tensors.set(initializer.name, await decodeTensor(initializer, initializer.name, sources))
  }
  const nodes: Node[] = []
  const names = new Set<string>()
  const taken = new Set([...tensors.keys(), ...proto.input.map(({ name }) => name)])
  for (const [index, node] of proto.node.entries()) {
    const constant = constantTensor(node)
    const output = node.output[0]
    if (constant && output && taken.has(output)) throw new GraphError(`${output} is computed twice`)
    if (constant && output) taken.add(output)
    if (constant && output) tensors.set(output, await decodeTensor(constant, output, sources))
    else nodes.push(decodeNode(node, uniqueName(node, index, names)))
  }
  const graph: Graph = {
    name: proto.name,
    irVersion: versionOf(model.irVersion, 'IR version'),
    opsets,
    inputs: proto.input.filter(({ name }) => !tensors.has(name)).map(decodeValue),
    outputs: proto.output.map(decodeValue),
    nodes,
    tensors,
  }
  check(graph)
  return graph
}

/** Far more than there are: both are counted up about once a year. */
const latestVersion = 1000n

function versionOf(version: bigint, what: string): number {
  if (version >= 0n && version <= latestVersion) return Number(version)
  throw new GraphError(`there is no ${what} ${version}`)
}

async function decodeTensor(proto: TensorProto, name: string, sources: TensorSources): Promise<Tensor> {
  const type = elementTypeOf(proto.dataType)
  if (!type) throw new GraphError(`tensor ${name} has the unknown element type ${proto.dataType}`)
  const shape = proto.dims.map(Number)
  if (shape.some((dim) => dim < 0 || !Number.isSafeInteger(dim)))
    throw new GraphError(`tensor ${name} has the impossible shape [${shape.join(', ')}]`)
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL)
    return { name, type, shape, data: await sources.external.locate(proto) }
  if (type === 'string' && proto.stringData.length !== elementCount(shape))
    throw new GraphError(
      `tensor ${name} holds ${proto.stringData.length} strings, but [${shape.join(', ')}] needs ${elementCount(shape)}`,
    )
  if (type === 'string')
    return { name, type, shape, data: { kind: 'inline', bytes: Buffer.concat(proto.stringData) } }
  const expected = byteLength(type, elementCount(shape))
  const located = sources.located.get(proto)
  const bytes = located ? null : (denseBytes(proto, type) ?? new Uint8Array(0))
  const length = located?.length ?? bytes?.length ?? 0
  if (length !== expected)
    throw new GraphError(
      `tensor ${name} holds ${length} bytes, but ${type} [${shape.join(', ')}] needs ${expected}`,
    )
  if (bytes) return { name, type, shape, data: { kind: 'inline', bytes } }
  return {
    name,
    type,
    shape,
    data: { kind: 'file', path: sources.path, offset: located?.offset ?? 0, length },
  }
}

function decodeNode(proto: NodeProto, name: string): Node {
  if (proto.opType === '') throw new GraphError(`node ${name} names no operator`)
  const attributes: Record<string, Attribute> = {}
  for (const attribute of proto.attribute) attributes[attribute.name] = decodeAttribute(attribute)
  return {
    name,
    op: proto.opType,
    domain: proto.domain === 'ai.onnx' ? '' : proto.domain,
    inputs: proto.input,
    outputs: proto.output,
    attributes,
  }
}

/** Files before IR version 4 may omit the type of an attribute. Then the field with a value decides. */
function decodeAttribute(proto: AttributeProto): Attribute {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  switch (proto.type) {
    case A.INT:
      return { kind: 'int', value: Number(proto.i) }
    case A.FLOAT:
      return { kind: 'float', value: proto.f }
    case A.STRING:
      return { kind: 'string', value: text(proto.s) }
    case A.INTS:
      return { kind: 'ints', value: proto.ints.map(Number) }
    case A.FLOATS:
      return { kind: 'floats', value: proto.floats }
    case A.STRINGS:
      return { kind: 'strings', value: proto.strings.map(text) }
    default:
      if (proto.ints.length > 0) return { kind: 'ints', value: proto.ints.map(Number) }
      if (proto.floats.length > 0) return { kind: 'floats', value: proto.floats }
      return { kind: 'opaque', proto, captures: captures(proto) }
  }
}

/** Names of the outer tensors that a subgraph reads. */
function captures(proto: AttributeProto): string[] {
  const outer = new Set<string>()
  for (const graph of proto.g ? [proto.g, ...proto.graphs] : proto.graphs) {
    const own = new Set([...graph.input, ...graph.initializer].map(({ name }) => name))
    for (const node of graph.node) for (const output of node.output) own.add(output)
    for (const node of graph.node) {
      for (const input of node.input) if (input !== '' && !own.has(input)) outer.add(input)
      for (const attribute of node.attribute)
        for (const name of captures(attribute)) if (!own.has(name)) outer.add(name)
    }
    for (const { name } of graph.output) if (!own.has(name)) outer.add(name)
  }
  return [...outer]
}

function decodeValue(proto: ValueInfoProto): Value {
  const kind = proto.type?.value
  if (kind?.case !== 'tensorType') return { name: proto.name, type: 'other', shape: null }
  const shape = kind.value.shape?.dim.map(({ value }): Dim => {
    // Some exporters write -1 for a size that is not fixed.
    if (value.case === 'dimValue') return value.value < 0n ? null : Number(value.value)
    return value.case === 'dimParam' && value.value !== '' ? value.value : null
  })
  return { name: proto.name, type: elementTypeOf(kind.value.elemType) ?? 'other', shape: shape ?? null }
}

function uniqueName(node: NodeProto, index: number, taken: Set<string>): string {
  const wanted = node.name === '' ? `${node.opType}_${index}` : node.name
  const name = taken.has(wanted) ? `${wanted}#${index}` : wanted
  taken.add(name)
  return name
}

function check(graph: Graph): void {
  if (graph.outputs.length === 0) throw new GraphError('the graph has no output')
  const known = new Set([...graph.inputs.map(({ name }) => name), ...graph.tensors.keys()])
  for (const node of graph.nodes) {
    for (const name of readsOf(node))
      if (!known.has(name))
        throw new GraphError(`node ${node.name} reads ${name}, which no earlier node computes`)
    for (const output of node.outputs) {
      if (output !== '' && known.has(output)) throw new GraphError(`${output} is computed twice`)
      known.add(output)
    }
  }
  for (const { name } of graph.outputs)
    if (!known.has(name)) throw new GraphError(`no node computes the output ${name}`)
}
