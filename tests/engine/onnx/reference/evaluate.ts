import type { Graph } from '#engine/onnx/index.ts'
import { decodeNumbers } from '#engine/onnx/numbers.ts'
import { arr, type Arr } from './array.ts'
import { operators } from './operators.ts'

/** Computes every tensor of a graph in float64, operator by operator. */
export function evaluate(graph: Graph, feeds: Record<string, Arr>): Map<string, Arr> {
  const values = new Map(Object.entries(feeds))
  for (const { name, type, shape, data } of graph.tensors.values()) {
    const numbers = data.kind === 'inline' ? decodeNumbers(data.bytes, type) : null
    if (!numbers) throw new Error(`tensor ${name} cannot be read`)
    values.set(name, arr(shape, numbers))
  }
  for (const node of graph.nodes) {
    const operator = operators[node.op]
    if (!operator) throw new Error(`no reference for ${node.op}`)
    const inputs = node.inputs.map((name) => values.get(name))
    const results = operator(node, inputs as Arr[])
    for (const [index, output] of node.outputs.entries()) {
      const result = results[index]
      if (output !== '' && result) values.set(output, result)
    }
  }
  return values
}
