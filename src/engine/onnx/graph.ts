import type { AttributeProto } from './schema/onnx_pb.js'
import type { ElementType } from './elementType.ts'

/** A dimension: its size, the name of a symbolic one, or null where nothing is known. */
export type Dim = number | string | null

/** Bytes that stay in a file: little-endian and dense, in the order of the shape. */
export interface FileBytes {
  kind: 'file'
  path: string
  offset: number
  length: number
}

/** Bytes held in memory, in the same form. */
interface InlineBytes {
  kind: 'inline'
  bytes: Uint8Array
}

/** A constant of the graph. Weights are never decoded until asked for. */
export interface Tensor {
  name: string
  type: ElementType
  shape: readonly number[]
  data: FileBytes | InlineBytes
}

export type Attribute =
  | { kind: 'int'; value: number }
  | { kind: 'float'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'ints'; value: readonly number[] }
  | { kind: 'floats'; value: readonly number[] }
  | { kind: 'strings'; value: readonly string[] }
  /** Subgraphs and whatever else travels unread; `captures` are the outer tensors a subgraph uses. */
  | { kind: 'opaque'; proto: AttributeProto; captures: readonly string[] }

export interface Node {
  /** Unique in the graph; made up where the file gives none. */
  name: string
  op: string
  /** '' is ONNX's own operator set. */
  domain: string
  /** '' stands for an input that is left out. */
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
 * An ONNX graph as plain data; rewrites are functions Graph → Graph and never change their argument. Nodes are in
 * topological order, `Constant` nodes have become tensors, local functions are inlined.
 */
export interface Graph {
  name: string
  irVersion: number
  /** Version per domain; '' is ONNX's own. */
  opsets: ReadonlyMap<string, number>
  /** What is fed at run time: initializers are not listed. */
  inputs: readonly Value[]
  outputs: readonly Value[]
  nodes: readonly Node[]
  tensors: ReadonlyMap<string, Tensor>
}

/** A model file that was read: its graph, and where it lies. */
export interface OnnxModel {
  path: string
  /** Size of the file and of its external data, in bytes. */
  bytes: number
  /** Absolute paths of external data files. */
  externalFiles: readonly string[]
  producer: string
  metadata: ReadonlyMap<string, string>
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

/** All tensors a node reads, those captured by its subgraphs included. */
export function readsOf(node: Node): string[] {
  const reads = node.inputs.filter((name) => name !== '')
  for (const attribute of Object.values(node.attributes))
    if (attribute.kind === 'opaque') reads.push(...attribute.captures)
  return reads
}

export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, dim) => product * dim, 1)
