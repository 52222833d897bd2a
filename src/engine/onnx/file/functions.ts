import { clone } from '@bufbuild/protobuf'
import {
  AttributeProtoSchema,
  NodeProtoSchema,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from '../schema/onnx_pb.js'

/** Deepest nesting of functions that is followed. ONNX does not allow recursion. */
const deepest = 16

/**
 * Replaces calls of the model's local functions by their bodies (PyTorch's newer exporter writes such functions). Tensors
 * inside a body get unique names. References to attributes of the call are replaced by their values.
 */
export function inlineFunctions(model: ModelProto, graph: GraphProto): GraphProto {
  if (model.functions.length === 0) return graph
  const functions = new Map(model.functions.map((fn) => [`${fn.domain}:${fn.name}:${fn.overload}`, fn]))
  let calls = 0
  const expand = (node: NodeProto, depth: number): NodeProto[] => {
    const fn = functions.get(`${node.domain}:${node.opType}:${node.overload}`)
    if (!fn || depth > deepest) return [node]
    return bodyOf(fn, node, `${node.name || fn.name}/${calls++}`).flatMap((inner) => expand(inner, depth + 1))
  }
  const node = graph.node.flatMap((call) => expand(call, 0))
  for (const fn of model.functions)
    for (const used of fn.opsetImport)
      if (!model.opsetImport.some(({ domain }) => domain === used.domain)) model.opsetImport.push(used)
  return { ...graph, node }
}

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
