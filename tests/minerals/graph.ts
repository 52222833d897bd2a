import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as kinds,
  ModelProtoSchema,
  TensorProto_DataType as types,
} from '../../src/engine/onnx/schema/onnx_pb.js'

type Attribute = number | number[]

/** An ONNX graph that is written node by node, with the names that PyTorch's exporter would give. */
export class Net {
  readonly #nodes: object[] = []
  readonly #weights: object[] = []

  /** Adds a node with one output and returns the name of the output. Numbers with a point are floats. */
  node(opType: string, name: string, input: string[], attributes: Record<string, Attribute> = {}): string {
    const attribute = Object.entries(attributes).map(([key, value]) =>
      Array.isArray(value)
        ? { name: key, type: kinds.INTS, ints: value.map(BigInt) }
        : Number.isInteger(value)
          ? { name: key, type: kinds.INT, i: BigInt(value) }
          : { name: key, type: kinds.FLOAT, f: value },
    )
    const output = `/${name}_output_0`
    this.#nodes.push({ name: `/${name}`, opType, input, output: [output], attribute })
    return output
  }

  /** Adds float32 weights of a shape and returns their name. */
  weight(name: string, dims: number[], values: ArrayLike<number>): string {
    const rawData = new Uint8Array(Float32Array.from(values).buffer)
    this.#weights.push({ name, dataType: types.FLOAT, dims: dims.map(BigInt), rawData })
    return name
  }

  /** Adds int64 numbers, e.g. a shape to reshape to, and returns their name. */
  integers(name: string, values: number[]): string {
    const rawData = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer)
    this.#weights.push({ name, dataType: types.INT64, dims: [BigInt(values.length)], rawData })
    return name
  }

  /** The file: input `input` of [batch, 3, side, side], output `output` of [batch, width]. */
  bytes(side: number, last: string, width: number): Uint8Array {
    const value = (name: string, dims: number[]) => {
      const dim = [
        { value: { case: 'dimParam' as const, value: 'batch' } },
        ...dims.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } })),
      ]
      return {
        name,
        type: { value: { case: 'tensorType' as const, value: { elemType: types.FLOAT, shape: { dim } } } },
      }
    }
    const answer = { name: '/output', opType: 'Identity', input: [last], output: ['output'] }
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 8n,
        producerName: 'minerals',
        opsetImport: [{ domain: '', version: 17n }],
        graph: {
          name: 'main_graph',
          node: [...this.#nodes, answer],
          initializer: this.#weights,
          input: [value('input', [3, side, side])],
          output: [value('output', [width])],
        },
      }),
    )
  }
}
