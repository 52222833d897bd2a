import { fromBinary } from '@bufbuild/protobuf'
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '../schema/onnx_pb.js'
import type { FileWindow } from './fileWindow.ts'
import { fieldsOf, WireError, type Field } from './wire.ts'

/** Range of the model file with the elements of a tensor, dense and little-endian. */
export interface DataRange {
  offset: number
  length: number
}

/** A decoded model without the elements of large constants, and their locations. */
export interface Skeleton {
  model: ModelProto
  located: ReadonlyMap<TensorProto, DataRange>
}

/** Largest constants, in bytes, that are decoded with the skeleton: shapes, axes, biases of small layers. */
const inlineBytes = 1024
/** Nodes larger than this, in bytes, are searched for constants. */
const largeNode = 16 * 1024

/** Fields of TensorProto whose packed form equals the raw form: float_data, raw_data, double_data. */
const denseFields = new Set([4, 9, 10])

/**
 * Decodes the model in `window`, except for the elements of large constants, of which it gives the locations.
 *
 * @throws WireError where the protobuf format is broken
 */
export async function readSkeleton(window: FileWindow): Promise<Skeleton> {
  const located = new Map<TensorProto, DataRange>()
  const walk = new SkeletonReader(window, located)
  const kept: Uint8Array[] = []
  let graph: GraphProto | undefined
  for await (const field of fieldsOf(window, 0, window.size, 'the model')) {
    if (field.number === 7 && field.wire === 2) graph = await walk.graph(field)
    else kept.push(await walk.bytes(field))
  }
  const model = decoded(ModelProtoSchema, kept, 0, 'the model')
  if (graph) model.graph = graph
  return { model, located }
}

class SkeletonReader {
  readonly #window: FileWindow
  readonly #located: Map<TensorProto, DataRange>

  constructor(window: FileWindow, located: Map<TensorProto, DataRange>) {
    this.#window = window
    this.#located = located
  }

  bytes(field: Field): Promise<Uint8Array> {
    return this.#window.slice(field.start, field.end - field.start)
  }

  async graph(at: Field): Promise<GraphProto> {
    const kept: Uint8Array[] = []
    const initializers: TensorProto[] = []
    const nodes: NodeProto[] = []
    for await (const field of this.#fields(at, 'the graph')) {
      if (field.number === 5 && field.wire === 2)
        initializers.push(await this.#tensor(field, 'an initializer'))
      else if (field.number === 1 && field.wire === 2) nodes.push(await this.#node(field))
      else kept.push(await this.bytes(field))
    }
    const graph = decoded(GraphProtoSchema, kept, at.start, 'the graph')
    graph.initializer = initializers
    graph.node = nodes
    return graph
  }

  async #node(at: Field): Promise<NodeProto> {
    if (at.end - at.content <= largeNode)
      return decoded(
        NodeProtoSchema,
        [await this.#window.slice(at.content, at.end - at.content)],
        at.start,
        'a node',
      )
    const kept: Uint8Array[] = []
    const attributes: AttributeProto[] = []
    for await (const field of this.#fields(at, 'a node')) {
      if (field.number === 5 && field.wire === 2) attributes.push(await this.#attribute(field))
      else kept.push(await this.bytes(field))
    }
    const node = decoded(NodeProtoSchema, kept, at.start, 'a node')
    node.attribute = attributes
    return node
  }

  async #attribute(at: Field): Promise<AttributeProto> {
    const kept: Uint8Array[] = []
    let tensor: TensorProto | undefined
    for await (const field of this.#fields(at, 'an attribute')) {
      if (field.number === 5 && field.wire === 2) tensor = await this.#tensor(field, 'a constant')
      else kept.push(await this.bytes(field))
    }
    const attribute = decoded(AttributeProtoSchema, kept, at.start, 'an attribute')
    if (tensor) attribute.t = tensor
    return attribute
  }

  async #tensor(at: Field, what: string): Promise<TensorProto> {
    const kept: Uint8Array[] = []
    let dense: Field | undefined
    for await (const field of this.#fields(at, what)) {
      const large = field.wire === 2 && field.end - field.content > inlineBytes
      if (large && denseFields.has(field.number)) {
        if (dense) throw new WireError('malformed', field.start, `${what} holds its data twice`)
        dense = field
      } else kept.push(await this.bytes(field))
    }
    const tensor = decoded(TensorProtoSchema, kept, at.start, what)
    if (dense) this.#located.set(tensor, { offset: dense.content, length: dense.end - dense.content })
    return tensor
  }

  #fields(at: Field, what: string) {
    return fieldsOf(this.#window, at.content, at.end, what)
  }
}

function decoded<Schema extends Parameters<typeof fromBinary>[0]>(
  schema: Schema,
  pieces: Uint8Array[],
  start: number,
  what: string,
) {
  try {
    return fromBinary(schema, joined(pieces))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new WireError('malformed', start, `${what} cannot be decoded (${reason})`)
  }
}

function joined(pieces: Uint8Array[]): Uint8Array {
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
}
