import { clone, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProtoSchema,
  NodeProtoSchema,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from '../schema/onnx_pb.js'
import { GraphError } from './decode.ts'

/** Deepest nesting of functions that is followed. ONNX does not allow recursion. */
const deepest = 16
/** Most nodes that functions may become, and most bytes of them. Exported models have a few ten thousand nodes. */
const most = { nodes: 200_000, bytes: 2 ** 28 }

/**
 * Replaces calls of the model's local functions by their bodies (PyTorch's newer exporter writes such functions), also in
 * branches and loops. Tensors inside a body, and inside its branches and loops, get unique names. References to attributes
 * of the call are replaced by their values.
 *
 * @throws GraphError where functions call one another too deep, or the graph would become too large
 */
export function inlineFunctions(model: ModelProto, graph: GraphProto): GraphProto {
  if (model.functions.length === 0) return graph
  const functions = new Map(model.functions.map((fn) => [`${fn.domain}:${fn.name}:${fn.overload}`, fn]))
  const sizes = new Map(model.functions.map((fn) => [fn, sizeOf(fn)]))
  let [calls, made, bytes] = [0, 0, 0]
  const expand = (node: NodeProto, depth: number): NodeProto[] => {
    for (const body of bodiesOf(node)) body.node = body.node.flatMap((inner) => expand(inner, depth))
    const fn = functions.get(`${node.domain}:${node.opType}:${node.overload}`)
    if (!fn) return [node]
    if (depth > deepest) throw new GraphError(`functions call one another too deep, at ${fn.name}`)
    const prefix = `${node.name || fn.name}/${calls++}`
    const { names, length } = sizes.get(fn) ?? { names: 0, length: 0 }
    // Counted before the copies are made, because they are what takes memory.
    made += fn.node.length
    bytes += length + names * prefix.length
    if (made > most.nodes || bytes > most.bytes)
      throw new GraphError(
        `its functions become more than ${most.nodes} nodes or ${most.bytes} bytes, at ${fn.name}`,
      )
    return bodyOf(fn, node, prefix).flatMap((inner) => expand(inner, depth + 1))
  }
  const expanded = graph.node.flatMap((call) => expand(call, 0))
  for (const fn of model.functions)
    for (const used of fn.opsetImport)
      if (!model.opsetImport.some(({ domain }) => domain === used.domain)) model.opsetImport.push(used)
  return { ...graph, node: expanded }
}

/** Number of names in the body of a function, also in its branches and loops, and its bytes. */
const sizeOf = ({ node }: FunctionProto): { names: number; length: number } => ({
  names: namesIn(node),
  length: node.reduce((sum, inner) => sum + toBinary(NodeProtoSchema, inner).length, 0),
})

const namesIn = (nodes: readonly NodeProto[]): number =>
  nodes.reduce(
    (sum, node) =>
      bodiesOf(node).reduce(
        (inner, body) => inner + body.input.length + body.output.length + namesIn(body.node),
        sum + 1 + node.input.length + node.output.length,
      ),
    0,
  )

function bodyOf(fn: FunctionProto, call: NodeProto, prefix: string): NodeProto[] {
  const names = new Map<string, string>([['', '']])
  for (const [index, input] of fn.input.entries()) names.set(input, call.input[index] ?? '')
  for (const [index, output] of fn.output.entries())
    names.set(output, call.output[index] || `${prefix}/${output}`)
  const renamed = (name: string) => names.get(name) ?? `${prefix}/${name}`
  const given = new Map(fn.attributeProto.map((attribute) => [attribute.name, attribute]))
  for (const attribute of call.attribute) given.set(attribute.name, attribute)
  const rename = (node: NodeProto, index: number): void => {
    node.name = `${prefix}/${node.name || `${node.opType}_${index}`}`
    node.input = node.input.map(renamed)
    node.output = node.output.map(renamed)
    // The attributes of a call may have bodies of their own, whose names are those of the caller.
    const own = node.attribute.filter(({ refAttrName }) => refAttrName === '')
    for (const body of own.flatMap(graphsOf)) {
      body.node.forEach(rename)
      for (const named of [...body.input, ...body.output, ...body.initializer, ...body.valueInfo])
        named.name = renamed(named.name)
    }
    node.attribute = node.attribute.flatMap((attribute) => resolved(attribute, given))
  }
  return fn.node.map((inner, index) => {
    const node = clone(NodeProtoSchema, inner)
    rename(node, index)
    return node
  })
}

const graphsOf = ({ g, graphs }: AttributeProto): GraphProto[] => (g ? [g, ...graphs] : graphs)

/** The graphs within a node: branches of If, bodies of Loop and Scan. */
const bodiesOf = ({ attribute }: NodeProto): GraphProto[] => attribute.flatMap(graphsOf)

function resolved(attribute: AttributeProto, given: ReadonlyMap<string, AttributeProto>): AttributeProto[] {
  if (attribute.refAttrName === '') return [attribute]
  const value = given.get(attribute.refAttrName)
  if (!value) return []
  const copy = clone(AttributeProtoSchema, value)
  copy.name = attribute.name
  return [copy]
}
