import { intOf, intsOf, type Graph, type Node } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { GraphError } from './decode.ts'

/** Operators with a window that slides over a picture. */
const sliding = new Set(['Conv', 'ConvTranspose', 'FusedConv', 'MaxPool', 'AveragePool', 'LpPool'])
/** One more than the largest number that such a window may have. */
const bound = 2 ** 31

/**
 * Refuses a graph that is well formed but cannot be computed, so that nothing is made of its numbers.
 *
 * @throws GraphError which names the node and what is wrong with it
 */
export function checkPossible(graph: Graph): void {
  for (const { name, shape } of graph.inputs)
    for (const side of shape ?? [])
      if (typeof side === 'number' && (side < 0 || side >= bound))
        throw new GraphError(`input ${name} has the impossible side ${side}`)
  for (const node of graph.nodes) if (sliding.has(node.op)) checkWindow(graph, node)
  const isFixed = graph.inputs.every(({ shape }) => shape?.slice(1).every((side) => typeof side === 'number'))
  // At an assumed size, shapes may be impossible that are possible at the size of the images.
  if (isFixed)
    inferShapes(graph, inputSizes(graph), ({ name }, shape) => {
      throw new GraphError(`node ${name} would make the impossible shape [${shape.join(', ')}]`)
    })
}

function checkWindow(graph: Graph, node: Node): void {
  const refuse = (what: string) => new GraphError(`node ${node.name}: ${what}`)
  for (const attribute of ['strides', 'dilations', 'kernel_shape'])
    for (const size of intsOf(node, attribute) ?? [])
      if (size < 1 || size >= bound) throw refuse(`its ${attribute} cannot be ${size}`)
  for (const pad of intsOf(node, 'pads') ?? [])
    if (Math.abs(pad) >= bound) throw refuse(`its pads cannot be ${pad}`)
  const group = intOf(node, 'group', 1)
  const [kernels] = graph.tensors.get(node.inputs[1] ?? '')?.shape ?? []
  if (group < 1 || (kernels !== undefined && kernels % group !== 0))
    throw refuse(`its group ${group} does not divide its ${kernels ?? '?'} kernels`)
}
