import { readsOf, type Graph, type Node } from '../graph.ts'
import { GraphBuilder } from '../rewrite/build.ts'

/**
 * Moves constant factors of a backward pass from behind a mask to before it, where what is masked comes from a convolution:
 * ONNX Runtime takes a factor directly behind a convolution into its weights. `mine` says which nodes may change.
 */
export function factorsFolded(graph: Graph, mine: (node: Node) => boolean): Graph {
  const build = new GraphBuilder(graph, 'folded')
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])))
  const counts = new Map<string, number>()
  for (const name of [...graph.outputs.map((output) => output.name), ...graph.nodes.flatMap(readsOf)])
    counts.set(name, (counts.get(name) ?? 0) + 1)
  /** The node that gives a tensor, where it may change and nothing else reads the tensor. */
  const alone = (name: string, op: string) => {
    const node = producers.get(name)
    return node?.op === op && mine(node) && counts.get(name) === 1 ? node : undefined
  }
  const changed = new Map<Node, readonly Node[]>()
  for (const node of graph.nodes) {
    const [masked = '', factor = ''] = node.inputs
    if (!mine(node) || node.op !== 'Mul' || !graph.tensors.has(factor)) continue
    const product = alone(masked, 'Mul')
    const [result = '', mask = ''] = product?.inputs ?? []
    if (!product || graph.tensors.has(mask) || !alone(result, 'Conv')) continue
    const scaled = build.node('Mul', [result, factor])
    changed.set(product, [{ ...product, inputs: [scaled, mask], outputs: node.outputs }])
    changed.set(node, [])
  }
  return build.finish({ nodes: graph.nodes.flatMap((node) => changed.get(node) ?? [node]) })
}
