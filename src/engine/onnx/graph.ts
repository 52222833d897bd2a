import type { CheckpointFacts } from '#shared/contract/checkpoints.ts'
import type { AttributeProto } from './schema/onnx_pb.js'
import type { ElementType } from './elementType.ts'

/** A dimension: its size, or the name of a symbolic one, or null where it is not known. */
export type Dim = number | string | null

/** Elements in a file: little-endian, dense and row-major. */
export interface FileBytes {
  kind: 'file'
  path: string
  offset: number
  length: number
}

/** Elements in memory, in the same form. */
interface InlineBytes {
  kind: 'inline'
  bytes: Uint8Array
}

/** Elements that are made from others whenever they are read, in the same form. */
interface MadeBytes {
  kind: 'made'
  /** In bytes. */
  length: number
  pieces: () => AsyncIterable<Uint8Array>
}

/** A constant of the graph. Weights are only decoded when they are needed. */
export interface Tensor {
  name: string
  type: ElementType
  shape: readonly number[]
  data: FileBytes | InlineBytes | MadeBytes
}

export type Attribute =
  | { kind: 'int'; value: number }
  | { kind: 'float'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'ints'; value: readonly number[] }
  | { kind: 'floats'; value: readonly number[] }
  | { kind: 'strings'; value: readonly string[] }
  /** A subgraph or another attribute that is copied without decoding. `captures` are the outer tensors of a subgraph. */
  | { kind: 'opaque'; proto: AttributeProto; captures: readonly string[] }

export interface Node {
  /** Unique in the graph; generated where the file has none. */
  name: string
  op: string
  /** Operator set; '' is ONNX's own. */
  domain: string
  /** Names of the inputs; '' where an optional input is left out. */
  inputs: readonly string[]
  outputs: readonly string[]
  attributes: Readonly<Record<string, Attribute>>
}

export interface Value {
  name: string
  /** Element type of a tensor; 'other' for sequences, maps and optionals. */
  type: ElementType | 'other'
  shape: readonly Dim[] | null
}

/**
 * An ONNX graph as plain data. Rewrites are functions Graph → Graph that never change their argument. Nodes are in
 * topological order. `Constant` nodes are replaced by tensors, and local functions are inlined.
 */
export interface Graph {
  name: string
  irVersion: number
  /** Version of each operator set; '' is ONNX's own. */
  opsets: ReadonlyMap<string, number>
  /** Inputs that are fed at run time, without initializers. */
  inputs: readonly Value[]
  outputs: readonly Value[]
  nodes: readonly Node[]
  tensors: ReadonlyMap<string, Tensor>
}

/** A model file that was read: its graph and its path. */
export interface OnnxModel {
  path: string
  /** Size of the file and its external files, in bytes. */
  bytes: number
  /** Absolute paths of external data files. */
  externalFiles: readonly string[]
  producer: string
  metadata: ReadonlyMap<string, string>
  /** Of a network that was built from a checkpoint, which is then the file at `path`. */
  checkpoint?: CheckpointFacts
  graph: Graph
}

export function intOf(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name]
  return attribute?.kind === 'int' ? attribute.value : fallback
}

export function floatOf(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name]
  return attribute?.kind === 'float' ? attribute.value : fallback
}

export function stringOf(node: Node, name: string, fallback: string): string {
  const attribute = node.attributes[name]
  return attribute?.kind === 'string' ? attribute.value : fallback
}

export function intsOf(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name]
  return attribute?.kind === 'ints' ? attribute.value : undefined
}

/** Version of ONNX's own operator set. */
export const opsetOf = (graph: Graph): number => graph.opsets.get('') ?? graph.opsets.get('ai.onnx') ?? 0

/** All tensors that a node reads, with those that its subgraphs capture. */
export function readsOf(node: Node): string[] {
  const reads = node.inputs.filter((name) => name !== '')
  for (const attribute of Object.values(node.attributes))
    if (attribute.kind === 'opaque') reads.push(...attribute.captures)
  return reads
}

export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, dim) => product * dim, 1)
