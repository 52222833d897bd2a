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
 * Replaces calls of the model's local functions by their bodies (PyTorch's newer exporter writes such functions). Tensors
 * inside a body get unique names. References to attributes of the call are replaced by their values.
 *
 * @throws GraphError where functions call one another too deep, or the graph would become too large
 */
export function inlineFunctions(model: ModelProto, graph: GraphProto): GraphProto {
  if (model.functions.length === 0) return graph
  const functions = new Map(model.functions.map((fn) => [`${fn.domain}:${fn.name}:${fn.overload}`, fn]))
  const sizes = new Map(model.functions.map((fn) => [fn, sizeOf(fn)]))
  const nodes: NodeProto[] = []
  let [calls, made, bytes] = [0, 0, 0]
  const expand = (node: NodeProto, depth: number): void => {
    const fn = functions.get(`${node.domain}:${node.opType}:${node.overload}`)
    if (!fn) return void nodes.push(node)
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
    for (const inner of bodyOf(fn, node, prefix)) expand(inner, depth + 1)
  }
  for (const call of graph.node) expand(call, 0)
  for (const fn of model.functions)
    for (const used of fn.opsetImport)
      if (!model.opsetImport.some(({ domain }) => domain === used.domain)) model.opsetImport.push(used)
  return { ...graph, node: nodes }
}

/** Number of names in the body of a function, and its bytes. */
const sizeOf = ({ node }: FunctionProto): { names: number; length: number } => ({
  names: node.reduce((sum, { input, output }) => sum + 1 + input.length + output.length, 0),
  length: node.reduce((sum, inner) => sum + toBinary(NodeProtoSchema, inner).length, 0),
})

function bodyOf(fn: FunctionProto, call: NodeProto, prefix: string): NodeProto[] {
  const names = new Map<string, string>([['', '']])
  for (const [index, input] of fn.input.entries()) names.set(input, call.input[index] ?? '')
  for (const [index, output] of fn.output.entries())
    names.set(output, call.output[index] || `${prefix}/${output}`)
  const renamed = (name: string) => names.get(name) ?? `${prefix}/${name}`
  const given = new Map(fn.attributeProto.map((attribute) => [attribute.name, attribute]))
  for (const attribute of call.attribute) given.set(attribute.name, attribute)
  return fn.node.map((inner, index) => {
    const node = clone(NodeProtoSchema, inner)
    node.name = `${prefix}/${inner.name || `${inner.opType}_${index}`}`
    node.input = inner.input.map(renamed)
    node.output = inner.output.map(renamed)
    node.attribute = inner.attribute.flatMap((attribute) => resolved(attribute, given))
    return node
  })
}

function resolved(attribute: AttributeProto, given: ReadonlyMap<string, AttributeProto>): AttributeProto[] {
  if (attribute.refAttrName === '') return [attribute]
  const value = given.get(attribute.refAttrName)
  if (!value) return []
  const copy = clone(AttributeProtoSchema, value)
  copy.name = attribute.name
  return [copy]
}
